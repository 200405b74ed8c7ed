package com.approck.healthcheck.agent.pool;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Servers as their sockets: what selectors have registered, and what Netty and Grizzly call channel or connection. */
final class ServerSockets {
    private ServerSockets() {}

    /** What their owners have attached to them. The set may change meanwhile, which before Java 11 makes this throw. */
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

    /** Whether one of these servers still takes connections; none that has been collected does. */
    static boolean isAnyOpen(List<Object> servers) throws ReflectiveOperationException {
        for (Object server : servers) {
            if (isOpen(new Reflected(server))) {
                return true;
            }
        }
        return false;
    }

    static boolean isOpen(Reflected server) throws ReflectiveOperationException {
        return (Boolean) server.call("isOpen");
    }
}
