package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.ServerSupport;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Threads of a runtime without the module {@code java.management}, as jlink makes them. It knows no CPU times, no locks and
 * no deadlocks, so no worker is ever called stuck: a thread's state and stack alone do not distinguish a request that hangs from
 * one that waits a moment again and again.
 */
final class BasicThreads implements JvmThreads {

    /** The threads of this JVM by its management interface, or, with a line in the log, without it. */
    static JvmThreads orBetter(List<ServerSupport> servers, Log log) {
        try {
            return new MxBeanThreads(servers);
        } catch (LinkageError e) {
            log.warn("this runtime has no module java.management: pools are reported, but stuck and deadlocked workers"
                    + " are not seen; add the module (jlink --add-modules java.management)");
            return new BasicThreads();
        }
    }

    @Override
    public long cpuNanos(long threadId) {
        return -1;
    }

    @Override
    public long monitorWait(long threadId) {
        return -1;
    }

    @Override
    public Set<Long> deadlocked() {
        return Collections.emptySet();
    }

    @Override
    public Map<Long, Long> lockHolders(Collection<Long> threadIds) {
        return Collections.emptyMap();
    }

    /** Not asked, because nothing is ever due. */
    @Override
    public boolean waitsForWork(long threadId) {
        return true;
    }

    /** Not asked either. */
    @Override
    public boolean waitsForConnection(long threadId) {
        return true;
    }

    @Override
    @SuppressWarnings("deprecation") // Thread.threadId() came with Java 19.
    public Set<Long> onAnyOf(Collection<Long> threadIds, Set<String> methods) {
        Set<Long> on = new HashSet<>();
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            if (threadIds.contains(thread.getKey().getId())) {
                for (StackTraceElement frame : thread.getValue()) {
                    if (methods.contains(frame.getClassName() + "." + frame.getMethodName())) {
                        on.add(thread.getKey().getId());
                    }
                }
            }
        }
        return on;
    }

    @Override
    @SuppressWarnings("deprecation") // As above.
    public Map<Long, List<String>> tops(Collection<Long> threadIds) {
        Map<Long, List<String>> tops = new HashMap<>();
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            long id = thread.getKey().getId();
            if (threadIds.contains(id)) {
                tops.put(id, StackTop.of(thread.getKey().getState().toString(), thread.getValue()));
            }
        }
        return tops;
    }

    @Override
    @SuppressWarnings("deprecation") // As above.
    public String describe(long threadId) {
        for (Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            if (thread.getKey().getId() == threadId) {
                return "its thread is " + thread.getKey().getState() + StackTop.inOneLine(thread.getValue());
            }
        }
        return "its thread has ended";
    }
}
