package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.pool.Worker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts together what people want to see of a pool: its state as of the last sample, and the stacks of its threads as they are
 * now. Only on request. For the sampler's thread.
 */
final class PoolViewer {
    /** The most workers whose stacks are read. */
    private static final int MAX_AT_WORK = 10;

    /** The most idle threads whose stacks are read, in one stop of the JVM. */
    private static final int MAX_IDLE = 200;

    private final VirtualRequests virtualRequests;
    private final JvmThreads threads;

    PoolViewer(VirtualRequests virtualRequests, JvmThreads threads) {
        this.virtualRequests = virtualRequests;
        this.threads = threads;
    }

    SeenPool view(PoolState state) {
        Map<Long, String[]> atWork = atWork(state);
        Map<Long, Thread> accepting = new LinkedHashMap<>();
        for (Thread thread : state.acceptingThreads()) {
            accepting.put(Worker.idOf(thread), thread);
        }
        accepting.keySet().removeAll(atWork.keySet());
        Map<Long, Thread> idle = new LinkedHashMap<>();
        for (Thread thread : state.pool().threads()) {
            long id = Worker.idOf(thread);
            if (thread.isAlive() && idle.size() < MAX_IDLE && !atWork.containsKey(id) && !accepting.containsKey(id)) {
                idle.put(id, thread);
            }
        }
        List<SeenThread> requests = virtualRequests.view(state.pool(), MAX_AT_WORK);
        requests.addAll(seen(atWork, MAX_AT_WORK - requests.size()));
        int more = Math.max(0, atWork.size() + virtualRequests.count(state.pool()) - requests.size());
        return new SeenPool(
                state.pool(),
                state.numbers(),
                state.whyCapacity(),
                state.unreachable(),
                requests,
                more,
                seen(idle),
                acceptingSeen(accepting, state));
    }

    /** Returns the name, the state and the detail of each worker that is not idle, the stuck ones first. */
    private static Map<Long, String[]> atWork(PoolState state) {
        List<WorkerState> busy = new ArrayList<>();
        for (WorkerState worker : state.workers()) {
            if (worker.isBusy() || worker.isStuck()) {
                busy.add(worker);
            }
        }
        busy.sort(Comparator.comparing(WorkerState::isStuck)
                .thenComparingLong(WorkerState::sameTaskNanos)
                .reversed());
        Map<Long, String[]> atWork = new LinkedHashMap<>();
        state.lostWorkers().forEach((id, reason) -> atWork.put(id, new String[] {"thread " + id, "lost", reason}));
        Set<Long> otherStuck = new HashSet<>(state.stuck());
        for (WorkerState worker : busy) {
            long id = worker.worker().threadId();
            otherStuck.remove(id);
            String lost = state.lostWorkers().get(id);
            atWork.put(id, new String[] {
                worker.worker().threadName(),
                lost == null ? worker.word() : "lost",
                lost == null ? worker.detail() : lost
            });
        }
        for (Thread thread : otherStuck.isEmpty()
                ? Collections.<Thread>emptySet()
                : state.pool().threads()) {
            long id = Worker.idOf(thread);
            if (otherStuck.contains(id)) {
                atWork.putIfAbsent(id, new String[] {thread.getName(), "deadlocked", "outside a request"});
            }
        }
        return atWork;
    }

    private List<SeenThread> seen(Map<Long, String[]> workers, int max) {
        List<Long> ids = new ArrayList<>(workers.keySet());
        ids = ids.subList(0, Math.min(Math.max(0, max), ids.size()));
        Map<Long, List<String>> tops = threads.tops(ids);
        List<SeenThread> seen = new ArrayList<>();
        for (long id : ids) {
            String[] worker = workers.get(id);
            seen.add(new SeenThread(worker[0], id, worker[1], worker[2], topOf(tops, id)));
        }
        return seen;
    }

    private List<SeenThread> seen(Map<Long, Thread> idle) {
        Map<Long, List<String>> tops = threads.tops(idle.keySet());
        List<SeenThread> seen = new ArrayList<>();
        idle.forEach(
                (id, thread) -> seen.add(new SeenThread(thread.getName(), id, "on no request", "", topOf(tops, id))));
        return seen;
    }

    private List<SeenThread> acceptingSeen(Map<Long, Thread> accepting, PoolState state) {
        Map<Long, List<String>> tops = threads.tops(accepting.keySet());
        List<SeenThread> seen = new ArrayList<>();
        for (Map.Entry<Long, Thread> entry : accepting.entrySet()) {
            long id = entry.getKey();
            seen.add(new SeenThread(
                    entry.getValue().getName(), id, accepts(entry.getValue(), state), "", topOf(tops, id)));
        }
        return seen;
    }

    private String accepts(Thread thread, PoolState state) {
        if (!thread.isAlive()) {
            return "dead";
        }
        if (state.isStuckAccepting(thread)) {
            return "stuck";
        }
        return threads.waitsForConnection(Worker.idOf(thread)) ? "waits for connections" : "at work";
    }

    private static List<String> topOf(Map<Long, List<String>> tops, long id) {
        return tops.getOrDefault(id, Collections.emptyList());
    }
}
