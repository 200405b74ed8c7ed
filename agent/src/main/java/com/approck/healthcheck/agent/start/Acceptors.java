package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import com.approck.healthcheck.agent.sample.StackTop;
import java.lang.instrument.Instrumentation;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Finds the threads that accept connections for the application, whatever its server is. For one thread. */
final class Acceptors {
    private static final int LOGGED_DEPTH = 4;

    private final Instrumentation instrumentation;
    private final ModuleOpener opener;
    private final Predicate<Class<?>> isOfOtherAgent;

    /** @param isOfOtherAgent whether another agent brought a class into the JVM */
    Acceptors(Instrumentation instrumentation, ModuleOpener opener, Predicate<Class<?>> isOfOtherAgent) {
        this.instrumentation = instrumentation;
        this.opener = opener;
        this.isOfOtherAgent = isOfOtherAgent;
    }

    /** Returns each such thread and where it is, for people. Stops all threads for a moment, to read their stacks. */
    Map<Thread, String> find() {
        Map<Thread, String> found = new LinkedHashMap<>();
        Map<String, Class<?>> loaded = new HashMap<>();
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            StackTraceElement[] stack = thread.getValue();
            if (isInAccept(stack) || selectsForConnections(thread.getKey(), stack)) {
                if (loaded.isEmpty()) {
                    for (Class<?> each : instrumentation.getAllLoadedClasses()) {
                        loaded.put(each.getName(), each);
                    }
                }
                if (isOfApplication(stack, loaded)) {
                    found.put(thread.getKey(), top(stack));
                }
            }
        }
        return found;
    }

    private static boolean isInAccept(StackTraceElement[] stack) {
        for (StackTraceElement frame : stack) {
            if (!StackTop.isOfJdk(frame)) {
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
    private boolean isOfApplication(StackTraceElement[] stack, Map<String, Class<?>> loaded) {
        boolean ofApplication = false;
        for (StackTraceElement frame : stack) {
            Class<?> type = loaded.get(frame.getClassName());
            if (type != null && !StackTop.isOfJdk(frame)) {
                if (isOfOtherAgent.test(type)) {
                    return false;
                }
                ofApplication = true;
            }
        }
        return ofApplication;
    }

    private static String top(StackTraceElement[] stack) {
        StringBuilder top = new StringBuilder("at ");
        int frames = 0;
        for (StackTraceElement frame : stack) {
            // What the JDK does below accept says nothing.
            if (!StackTop.isOfJdk(frame) && frames++ < LOGGED_DEPTH) {
                top.append(frames == 1 ? "" : " < ").append(StackTop.text(frame));
            }
        }
        return top.toString();
    }
}
