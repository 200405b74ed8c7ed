package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.log.Log;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Says, once, that a JVM accepts connections though no known server was found in it. In a JVM that never listens on a socket
 * it does nothing: it waits until one of the JDK's two classes of listening sockets is loaded.
 *
 * <p>{@link #transform} is called on any thread, the other methods on the agent's.
 */
final class UnknownServer implements ClassFileTransformer {
    private static final List<String> LISTENING =
            Arrays.asList("java/net/ServerSocket", "sun/nio/ch/ServerSocketChannelImpl");

    /** After a socket may listen, and between two looks. A known server is found within seconds. */
    private static final long PAUSE_NANOS = 60_000_000_000L;

    /** Each stops all threads for a moment, to read their stacks. */
    private static final int MAX_LOOKS = 10;

    private final Instrumentation instrumentation;
    private final Acceptors acceptors;
    private final Runnable onListening;
    private final Log log;
    private volatile boolean listens;
    private long firstSeenNanos = -1;
    private int looks;

    /**
     * @param onListening called on the thread that loads the class of a listening socket; returns at once
     */
    UnknownServer(Instrumentation instrumentation, Acceptors acceptors, Runnable onListening, Log log) {
        this.instrumentation = instrumentation;
        this.acceptors = acceptors;
        this.onListening = onListening;
        this.log = log;
    }

    /** Waits for the first listening socket. */
    void start() {
        // As the other one is: the JVM would copy each class file to the heap a second time for transformers of another
        // kind.
        instrumentation.addTransformer(this, true);
    }

    @Override
    @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        if (loader == null) {
            loaded(name);
        }
        return null;
    }

    /** A class of that internal name has been loaded; it may be known already. */
    void loaded(String name) {
        if (!listens && LISTENING.contains(name)) {
            listens = true;
            onListening.run();
        }
    }

    /**
     * Looks, if it is time to.
     *
     * @param isKnown whether a known server has been found
     * @return the nanoseconds after which it wants to look again
     */
    long look(long now, boolean isKnown) {
        if (!listens || looks >= MAX_LOOKS) {
            return Long.MAX_VALUE;
        }
        if (firstSeenNanos < 0) {
            firstSeenNanos = now;
            instrumentation.removeTransformer(this);
        }
        if (isKnown) {
            looks = MAX_LOOKS;
            return Long.MAX_VALUE;
        }
        long due = firstSeenNanos + (looks + 1) * PAUSE_NANOS - now;
        if (due > 0) {
            return due;
        }
        looks++;
        for (Map.Entry<Thread, String> accepting : acceptors.find().entrySet()) {
            looks = MAX_LOOKS;
            log.warn("no known server was found, but the thread "
                    + accepting.getKey().getName()
                    + " accepts connections (" + accepting.getValue()
                    + "); nothing is reported for it, so this application counts"
                    + " as dead. agent/SERVERS.md says which servers are known, and how to have executors watched");
            return Long.MAX_VALUE;
        }
        return PAUSE_NANOS;
    }
}
