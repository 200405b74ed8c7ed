package com.approck.healthcheck.agent.sample;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** What the JVM knows of its threads. */
interface JvmThreads {
    /** The CPU time that a thread has used, in nanoseconds; -1 if it has ended or the JVM can't tell. */
    long cpuNanos(long threadId);

    /** A number for the wait for a monitor that the thread is in now, another for each wait; -1 if it is in none. */
    long monitorWait(long threadId);

    /** The threads that wait for each other in a circle, on monitors or on {@code java.util.concurrent} locks. */
    Set<Long> deadlocked();

    /** For each of these threads that waits for a lock which a thread holds: the waiting thread and the holding one. */
    Map<Long, Long> lockHolders(Collection<Long> threadIds);

    /** Whether a thread waits for work to come, as its stack tells: in a selector, or in a pool's queue. */
    boolean waitsForWork(long threadId);

    /** Those of these threads that have one of the methods, as {@code class.method}, anywhere on their stack. */
    Set<Long> onAnyOf(Collection<Long> threadIds, Set<String> methods);

    /** Whether the JVM can create a thread at this moment: one is, and ends at once. */
    boolean canStart();

    /** The top of a thread's stack in one line, for people. */
    String stackTop(long threadId);
}
