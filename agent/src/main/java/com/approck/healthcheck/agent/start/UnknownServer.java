package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

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

    private static final int LOGGED_DEPTH = 4;

    private static final List<String> OF_JDK = Arrays.asList("java.", "javax.", "jdk.", "sun.", "com.sun.");

    private final Instrumentation instrumentation;
    private final ModuleOpener opener;
    private final Predicate<Class<?>> isOfOtherAgent;
    private final Runnable onListening;
    private final Log log;
    private volatile boolean listens;
    private long firstSeenNanos = -1;
    private int looks;

    /**
     * @param isOfOtherAgent whether another agent brought a class into the JVM
     * @param onListening called on the thread that loads the class of a listening socket; returns at once
     */
    UnknownServer(
            Instrumentation instrumentation,
            ModuleOpener opener,
            Predicate<Class<?>> isOfOtherAgent,
            Runnable onListening,
            Log log) {
        this.instrumentation = instrumentation;
        this.opener = opener;
        this.isOfOtherAgent = isOfOtherAgent;
        this.onListening = onListening;
        this.log = log;
    }

    /** Waits for the first listening socket, or finds that there may be one already. */
    void start() {
        // As the other one is: the JVM would copy each class file to the heap a second time for transformers of another
        // kind.
        instrumentation.addTransformer(this, true);
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            if (LISTENING.contains(loaded.getName().replace('.', '/'))) {
                seen();
                return;
            }
        }
    }

    @Override
    @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        if (loader == null && !listens && LISTENING.contains(name)) {
            seen();
        }
        return null;
    }

    private void seen() {
        listens = true;
        onListening.run();
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
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            StackTraceElement[] stack = thread.getValue();
            if ((isInAccept(stack) || selectsForConnections(thread.getKey(), stack)) && isOfApplication(stack)) {
                looks = MAX_LOOKS;
                log.complain("no known server was found, but the thread "
                        + thread.getKey().getName()
                        + " accepts connections (" + top(stack)
                        + "); nothing is reported for it, so this application counts"
                        + " as dead. agent/SERVERS.md says which servers are known, and how to have executors watched");
                return Long.MAX_VALUE;
            }
        }
        return PAUSE_NANOS;
    }

    private static boolean isInAccept(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (!isOfJdk(frame.getClassName())) {
                return false;
            }
            if (frame.getMethodName().equals("accept")
                    && (frame.getClassName().startsWith("java.net.ServerSocket")
                            || frame.getClassName().startsWith("sun.nio.ch.ServerSocket"))) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the thread waits in a selector in which a listening socket is registered. */
    private boolean selectsForConnections(Thread thread, StackTraceElement[] stack) {
        boolean selects = false;
        for (StackTraceElement frame : stack) {
            selects |= frame.getClassName().equals("sun.nio.ch.SelectorImpl");
        }
        try {
            ReflectedObject reflected = new ReflectedObject(thread, opener);
            for (String field : new String[] {"nioBlocker", "blocker"}) {
                if (selects && reflected.hasField(field)) {
                    ReflectedObject blocker = reflected.fieldObject(field);
                    Object selector = blocker.hasField("this$0") ? blocker.field("this$0") : null;
                    if (selector instanceof Selector && listensOn((Selector) selector)) {
                        return true;
                    }
                }
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // It has left its selector, or closed it.
        }
        return false;
    }

    private static boolean listensOn(Selector selector) {
        for (Object key : selector.keys().toArray()) {
            if (((SelectionKey) key).channel() instanceof ServerSocketChannel) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether code of the application is on the stack: the JDK accepts for itself as well, for JMX. */
    private boolean isOfApplication(StackTraceElement[] stack) {
        Map<String, Class<?>> loaded = new HashMap<>();
        for (Class<?> each : instrumentation.getAllLoadedClasses()) {
            loaded.put(each.getName(), each);
        }
        boolean ofApplication = false;
        for (StackTraceElement frame : stack) {
            Class<?> type = loaded.get(frame.getClassName());
            if (type != null && !isOfJdk(frame.getClassName())) {
                if (isOfOtherAgent.test(type)) {
                    return false;
                }
                ofApplication = true;
            }
        }
        return ofApplication;
    }

    private static boolean isOfJdk(String className) {
        for (String prefix : OF_JDK) {
            if (className.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    private static String top(StackTraceElement[] stack) {
        StringBuilder top = new StringBuilder("at ");
        int frames = 0;
        for (StackTraceElement frame : stack) {
            // What the JDK does below accept says nothing.
            if (!isOfJdk(frame.getClassName()) && frames++ < LOGGED_DEPTH) {
                top.append(frames == 1 ? "" : " < ").append(frame);
            }
        }
        return top.toString();
    }
}
