package com.approck.healthcheck.agent.sample;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** What the JVM knows about its threads, and what it can do at this moment. */
interface JvmThreads {
    /** Returns the CPU time that a thread has used, in nanoseconds; -1 if it has ended or the JVM does not know. */
    long cpuNanos(long threadId);

    /** Returns a number for the wait for a monitor that the thread is in, different for each wait; -1 if it is in none. */
    long monitorWait(long threadId);

    /** Returns the threads that wait for each other in a circle, on monitors or on {@code java.util.concurrent} locks. */
    Set<Long> deadlocked();

    /** Returns, for each of these threads that waits for a lock which a thread holds, the thread that holds it. */
    Map<Long, Long> lockHolders(Collection<Long> threadIds);

    /** Returns whether a thread waits for work, judged by its stack: in a selector, or in a pool's queue. */
    boolean waitsForWork(long threadId);

    /** Returns whether a thread waits for a connection or, as {@link #waitsForWork} has it, for other work. */
    boolean waitsForConnection(long threadId);

    /** Returns those of these threads that have one of the methods, as {@code class.method}, anywhere on their stack. */
    Set<Long> onAnyOf(Collection<Long> threadIds, Set<String> methods);

    /** Returns whether the JVM can create a thread at this moment: creates one, which ends at once. */
    default boolean canCreateThread() {
        return ThreadCreationProbe.canCreateThread();
    }

    /** Returns whether the JVM can open a file descriptor at this moment: opens one, and closes it. */
    default boolean canOpenDescriptor() {
        return DescriptorProbe.canOpen();
    }

    /** Starts a virtual thread; returns false if the JVM has none (before Java 21). */
    default boolean startVirtualThread(Runnable work) {
        return VirtualThreads.start(work);
    }

    /** Returns the thread's state and the top of its stack in one line, for logs. */
    String describe(long threadId);
}
