package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** What accepts connections for Jetty, and what waits for requests on them. Read from the versions of {@link Jetty}. Stateless. */
final class JettyConnectors {
    private JettyConnectors() {}

    /**
     * An OutOfMemoryError can end the jobs in which Jetty accepts and selects, and nothing starts them again. Read from the
     * selectors of Java 17 and 25; those of Java 8 do not show it.
     */
    static boolean areListening(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        for (Object owner : owners) {
            ReflectedObject server = pool.with(owner);
            if (server.is(Jetty.SERVER) && server.isTrue("isRunning")) {
                for (Object each : (Object[]) server.call("getConnectors")) {
                    ReflectedObject connector = pool.with(each);
                    if (connector.isTrue("isRunning") && !isListening(connector)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean isListening(ReflectedObject connector) throws ReflectiveOperationException {
        if (connector.hasField("_acceptors")
                && Arrays.asList((Object[]) connector.field("_acceptors")).contains(null)) {
            return false;
        }
        if (connector.has("getSelectorManager")) {
            ReflectedObject manager = connector.callObject("getSelectorManager");
            for (Object each : (Object[]) manager.field("_selectors")) {
                ReflectedObject selector = connector.with(each).fieldObject("_selector");
                if (selector.get() == null
                        || (selector.hasField("inSelect") && !(Boolean) selector.field("inSelect"))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Returns, for each connector that is to accept, the threads that do. A connector pauses them when it has too many. */
    static Collection<List<Thread>> acceptors(ReflectedObject pool, List<Object> owners)
            throws ReflectiveOperationException {
        List<List<Thread>> acceptors = new ArrayList<>();
        for (Object owner : owners) {
            ReflectedObject server = pool.with(owner);
            if (server.is(Jetty.SERVER)) {
                for (Object each : (Object[]) server.call("getConnectors")) {
                    ReflectedObject connector = pool.with(each);
                    boolean accepts = connector.is("org.eclipse.jetty.server.ServerConnector")
                            && (!connector.has("isAccepting") || connector.isTrue("isAccepting"));
                    List<Thread> threads = new ArrayList<>(1);
                    for (Object thread : accepts ? (Object[]) connector.field("_acceptors") : new Object[0]) {
                        if (thread != null) {
                            threads.add((Thread) thread);
                        }
                    }
                    acceptors.add(threads);
                }
            }
        }
        return acceptors;
    }
}
