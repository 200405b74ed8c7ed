package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Finds servers by their sockets: what selectors have registered, and what Netty and Grizzly call channel or connection. */
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

    /** Returns whether one of these servers still accepts connections; an empty list means that all were collected. */
    static boolean isAnyOpen(ReflectedObject pool, List<Object> servers) throws ReflectiveOperationException {
        for (Object server : servers) {
            if (isOpen(pool.with(server))) {
                return true;
            }
        }
        return false;
    }

    static boolean isOpen(ReflectedObject server) throws ReflectiveOperationException {
        return server.isTrue("isOpen");
    }
}
