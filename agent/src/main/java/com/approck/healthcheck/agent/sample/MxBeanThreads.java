package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.ServerSupport;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads threads by the JVM's management interface. Uses the thread bean alone, and not before a pool runs: the platform MBean
 * server would initialise the host's logging.
 */
final class MxBeanThreads implements JvmThreads {

    /** The JDK's selectors on Linux (8, and 11 and later), macOS and Windows, as the beginning of {@code class.method}. */
    private static final String[] SELECTING = {
        "sun.nio.ch.EPollArrayWrapper.epollWait",
        "sun.nio.ch.EPoll.wait",
        "sun.nio.ch.KQueue",
        "sun.nio.ch.WEPoll.wait",
        "sun.nio.ch.WindowsSelectorImpl$SubSelector.poll"
    };

    /**
     * The JDK's methods that accept a connection (8, and 13 and later for sockets), as the beginning of {@code class.method}. The
     * last but one is the wait for an asynchronous channel to accept, as in Tomcat 8.5.
     */
    private static final String[] ACCEPTING = {
        "sun.nio.ch.ServerSocketChannelImpl.accept",
        "sun.nio.ch.NioSocketImpl.accept",
        "java.net.PlainSocketImpl.socketAccept",
        "sun.nio.ch.PendingFuture.get",
        "java.net.DualStackPlainSocketImpl.socketAccept"
    };

    /** Frames of a stack that show where a thread waits for work. */
    private static final int WAITING_DEPTH = 12;

    private static final StackTraceElement[] NO_FRAMES = {};

    private final List<String> idleFrames = new ArrayList<>();
    private final List<String> idleSelectorCallers = new ArrayList<>();
    private final ThreadMXBean bean = ManagementFactory.getThreadMXBean();
    private final boolean cpuTime = bean.isThreadCpuTimeSupported() && bean.isThreadCpuTimeEnabled();

    /** @param servers whose threads wait for work in the places that they name */
    MxBeanThreads(List<ServerSupport> servers) {
        for (ServerSupport server : servers) {
            idleFrames.addAll(server.idleFrames());
            idleSelectorCallers.addAll(server.idleSelectorCallers());
        }
    }

    @Override
    public long cpuNanos(long threadId) {
        return cpuTime ? bean.getThreadCpuTime(threadId) : -1;
    }

    @Override
    public long monitorWait(long threadId) {
        ThreadInfo info = bean.getThreadInfo(threadId);
        return info != null && info.getThreadState() == Thread.State.BLOCKED
                ? info.getBlockedCount() + info.getWaitedCount()
                : -1;
    }

    @Override
    public Set<Long> deadlocked() {
        Set<Long> ids = new HashSet<>();
        long[] found = bean.isSynchronizerUsageSupported()
                ? bean.findDeadlockedThreads()
                : bean.findMonitorDeadlockedThreads();
        if (found != null) {
            for (long id : found) {
                ids.add(id);
            }
        }
        return ids;
    }

    @Override
    public Map<Long, Long> lockHolders(Collection<Long> threadIds) {
        Map<Long, Long> holders = new HashMap<>();
        for (ThreadInfo info : bean.getThreadInfo(toArray(threadIds), 0)) {
            if (info != null && info.getLockOwnerId() >= 0) {
                holders.put(info.getThreadId(), info.getLockOwnerId());
            }
        }
        return holders;
    }

    @Override
    public Set<Long> onAnyOf(Collection<Long> threadIds, Set<String> methods) {
        Set<Long> found = new HashSet<>();
        for (ThreadInfo info : bean.getThreadInfo(toArray(threadIds), Integer.MAX_VALUE)) {
            for (StackTraceElement frame : info == null ? NO_FRAMES : info.getStackTrace()) {
                if (methods.contains(frame.getClassName() + "." + frame.getMethodName())) {
                    found.add(info.getThreadId());
                    break;
                }
            }
        }
        return found;
    }

    private static long[] toArray(Collection<Long> threadIds) {
        long[] ids = new long[threadIds.size()];
        int i = 0;
        for (long id : threadIds) {
            ids[i++] = id;
        }
        return ids;
    }

    @Override
    public boolean waitsForConnection(long threadId) {
        ThreadInfo info = bean.getThreadInfo(threadId, WAITING_DEPTH);
        for (StackTraceElement frame : info == null ? NO_FRAMES : info.getStackTrace()) {
            String method = frame.getClassName() + "." + frame.getMethodName();
            for (String accepting : ACCEPTING) {
                if (method.startsWith(accepting)) {
                    return true;
                }
            }
        }
        return waitsForWork(info);
    }

    @Override
    public boolean waitsForWork(long threadId) {
        return waitsForWork(bean.getThreadInfo(threadId, WAITING_DEPTH));
    }

    private boolean waitsForWork(ThreadInfo info) {
        if (info == null) {
            return true;
        }
        boolean selecting = false;
        for (StackTraceElement frame : info.getStackTrace()) {
            String method = frame.getClassName() + "." + frame.getMethodName();
            if (containsAny(method, idleFrames)) {
                return true;
            }
            if (selecting && !method.startsWith("sun.nio.ch.")) {
                return containsAny(method, idleSelectorCallers);
            }
            for (String selector : SELECTING) {
                selecting |= method.startsWith(selector);
            }
        }
        return false;
    }

    private static boolean containsAny(String method, List<String> parts) {
        for (String part : parts) {
            if (method.contains(part)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Map<Long, List<String>> tops(Collection<Long> threadIds) {
        Map<Long, List<String>> tops = new HashMap<>();
        for (ThreadInfo info : bean.getThreadInfo(positive(threadIds), StackTop.READ_DEPTH)) {
            if (info != null) {
                String lock = info.getLockOwnerName();
                String state = info.getThreadState() + (lock == null ? "" : ", waiting for a lock held by " + lock);
                tops.put(info.getThreadId(), StackTop.of(state, info.getStackTrace()));
            }
        }
        return tops;
    }

    /** The pool itself may have given a worker that has ended a negative number, which the JVM refuses. */
    private static long[] positive(Collection<Long> threadIds) {
        return threadIds.stream()
                .mapToLong(Long::longValue)
                .filter(id -> id > 0)
                .toArray();
    }

    @Override
    public String describe(long threadId) {
        ThreadInfo info = bean.getThreadInfo(threadId, StackTop.LOGGED_DEPTH);
        if (info == null) {
            return "its thread has ended";
        }
        StringBuilder top = new StringBuilder("its thread is ").append(info.getThreadState());
        if (info.getLockOwnerName() != null) {
            top.append(", waiting for a lock held by ").append(info.getLockOwnerName());
        }
        return top.append(StackTop.inOneLine(info.getStackTrace())).toString();
    }
}
