package com.approck.healthcheck.agent.server;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Finds servers by the sockets that selectors have registered. */
final class ServerSockets {
    private ServerSockets() {}

    /**
     * Returns what the owners of the selector's server sockets have attached to them. Before Java 11 it throws an exception
     * if the set of keys changes meanwhile.
     */
    static List<Object> attachedTo(Selector selector) {
        List<Object> attached = new ArrayList<>();
        for (Object each : selector.keys().toArray()) {
            SelectionKey key = (SelectionKey) each;
            Object attachment = key.attachment();
            if (key.channel() instanceof ServerSocketChannel && attachment != null) {
                attached.add(attachment);
            }
        }
        return attached;
    }
}
