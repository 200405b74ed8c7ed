package com.approck.healthcheck.agent.sample;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The JVM's own management interface. Only the thread bean is touched, and not before a pool runs: the platform MBean
 * server would initialise the host's logging.
 */
final class ManagementThreads implements JvmThreads {
    private static final int STACK_DEPTH = 6;

    /** Where a loop waits for work by itself, as part of {@code class.method}: libraries may be relocated. */
    private static final String[] WAITING_FOR_WORK = {
        // Netty's own transports, and its loops that have no selector.
        "netty.channel.epoll.Native.epollWait",
        "netty.channel.kqueue.Native.keventWait",
        "netty.channel.uring.Native.ioUringEnter",
        "netty.util.concurrent.SingleThreadEventExecutor.takeTask",
        // Workers that look for work: those of Grizzly in their queues, those of a ForkJoinPool.
        "org.glassfish.grizzly.threadpool.FixedThreadPool$BasicWorker.getTask",
        "org.glassfish.grizzly.threadpool.SyncThreadPool$SyncThreadWorker.getTask",
        "java.util.concurrent.ForkJoinPool.awaitWork"
    };

    /** The JDK's selectors on Linux (8, and 11 and later), macOS and Windows, as the beginning of {@code class.method}. */
    private static final String[] SELECTING = {
        "sun.nio.ch.EPollArrayWrapper.epollWait",
        "sun.nio.ch.EPoll.wait",
        "sun.nio.ch.KQueue",
        "sun.nio.ch.WEPoll.wait",
        "sun.nio.ch.WindowsSelectorImpl$SubSelector.poll"
    };

    /** Who waits for work in a selector. Others do there for the answer to a question of theirs: database drivers. */
    private static final String[] SELECTING_LOOPS = {"netty.channel.nio.", "org.xnio.nio."};

    private static final int WAITING_DEPTH = 12;

    private static final StackTraceElement[] NO_FRAMES = {};

    private final ThreadMXBean bean = ManagementFactory.getThreadMXBean();
    private final boolean cpuTime = bean.isThreadCpuTimeSupported() && bean.isThreadCpuTimeEnabled();

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

    private static long[] toArray(Collection<Long> threadIds) {
        long[] ids = new long[threadIds.size()];
        int i = 0;
        for (long id : threadIds) {
            ids[i++] = id;
        }
        return ids;
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

    @Override
    public boolean waitsForWork(long threadId) {
        ThreadInfo info = bean.getThreadInfo(threadId, WAITING_DEPTH);
        if (info == null) {
            return true;
        }
        boolean selecting = false;
        for (StackTraceElement frame : info.getStackTrace()) {
            String method = frame.getClassName() + "." + frame.getMethodName();
            if (contains(method, WAITING_FOR_WORK)) {
                return true;
            }
            if (selecting && !method.startsWith("sun.nio.ch.")) {
                return contains(method, SELECTING_LOOPS);
            }
            for (String selector : SELECTING) {
                selecting |= method.startsWith(selector);
            }
        }
        return false;
    }

    private static boolean contains(String method, String[] parts) {
        for (String part : parts) {
            if (method.contains(part)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean canStart() {
        return ThreadTrial.canStart();
    }

    @Override
    public String stackTop(long threadId) {
        ThreadInfo info = bean.getThreadInfo(threadId, STACK_DEPTH);
        if (info == null) {
            return "its thread has ended";
        }
        StringBuilder top = new StringBuilder("its thread is ").append(info.getThreadState());
        if (info.getLockOwnerName() != null) {
            top.append(", waiting for a lock held by ").append(info.getLockOwnerName());
        }
        String separator = ", at ";
        for (StackTraceElement frame : info.getStackTrace()) {
            top.append(separator).append(frame);
            separator = " < ";
        }
        return top.toString();
    }
}
