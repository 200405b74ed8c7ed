package com.approck.healthcheck.agent.sample;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A JVM whose threads do what a test says: none uses CPU, waits for a monitor or is deadlocked until told so. */
final class FakeThreads implements JvmThreads {
    final Map<Long, Long> cpuNanos = new HashMap<>();
    final Map<Long, Long> monitorWaits = new HashMap<>();
    final Set<Long> deadlocked = new HashSet<>();
    final Map<Long, Long> lockHolders = new HashMap<>();
    final Set<Long> waitingForWork = new HashSet<>();
    final Set<Long> onRequest = new HashSet<>();
    int questionsAboutDeadlocks;
    int questionsAboutStacks;
    boolean canCreateThread = true;
    boolean canOpenDescriptor = true;
    boolean runsVirtualThreads = true;
    int started;
    int startedVirtual;
    int opened;

    /** The virtual thread that was started last. */
    Runnable waiting;

    @Override
    public long cpuNanos(long threadId) {
        return cpuNanos.getOrDefault(threadId, 0L);
    }

    @Override
    public long monitorWait(long threadId) {
        return monitorWaits.getOrDefault(threadId, -1L);
    }

    @Override
    public Set<Long> deadlocked() {
        questionsAboutDeadlocks++;
        return new HashSet<>(deadlocked);
    }

    @Override
    public Map<Long, Long> lockHolders(Collection<Long> threadIds) {
        Map<Long, Long> holders = new HashMap<>(lockHolders);
        holders.keySet().retainAll(threadIds);
        return holders;
    }

    @Override
    public boolean waitsForWork(long threadId) {
        questionsAboutStacks++;
        return waitingForWork.contains(threadId);
    }

    @Override
    public boolean waitsForConnection(long threadId) {
        return waitsForWork(threadId);
    }

    @Override
    public Set<Long> onAnyOf(Collection<Long> threadIds, Set<String> methods) {
        questionsAboutStacks++;
        Set<Long> found = new HashSet<>(onRequest);
        found.retainAll(threadIds);
        return found;
    }

    @Override
    public boolean canCreateThread() {
        started++;
        return canCreateThread;
    }

    @Override
    public boolean canOpenDescriptor() {
        opened++;
        return canOpenDescriptor;
    }

    @Override
    public boolean startVirtualThread(Runnable work) {
        startedVirtual++;
        waiting = work;
        if (runsVirtualThreads) {
            work.run();
        }
        return true;
    }

    @Override
    public Map<Long, List<String>> tops(Collection<Long> threadIds) {
        Map<Long, List<String>> tops = new HashMap<>();
        threadIds.forEach(id -> tops.put(id, List.of("WAITING", "the.Frame.of(Thread.java:" + id + ")")));
        return tops;
    }

    @Override
    public String describe(long threadId) {
        return "at its stack";
    }
}
