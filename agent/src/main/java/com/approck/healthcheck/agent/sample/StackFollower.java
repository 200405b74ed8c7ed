package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.MonitoredPool;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.Worker;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Follows requests by the stacks of their threads, for as long as no hook does: from when a pool is found until its server's
 * classes are instrumented, and the requests that had begun by then until they end. For the sampler's thread.
 *
 * <p>A thread is on a request while one of the methods that are hooked is on its stack. That two samples saw the same
 * request is not known from that, but the sampler counts a worker as stuck only if it has used no CPU in between.
 *
 * <p>It is also the check of the hooks at run time: a request that began after the hooks were in, and that the hook does not
 * know of, means that the hook is not called. That is said once, and the pool is followed by stacks for good.
 */
final class StackFollower {
    /** Samples after the hooks are in, or after a change of them, in which each is a look at all threads of a pool. */
    private static final int EAGER_TICKS = 5;

    /** Then once in this number of samples, until the hook has been called: a pool that serves nobody costs little. */
    private static final int RARE_TICKS = 10;

    private final PoolRegistry registry;
    private final LongSupplier generation;
    private final Log log;
    private final Map<MonitoredPool, Followed> followed = new HashMap<>();

    /** @param generation of the hooks: another number after each change, negative while some are not in yet */
    StackFollower(PoolRegistry registry, LongSupplier generation, Log log) {
        this.registry = registry;
        this.generation = generation;
        this.log = log;
    }

    /** Looks at the pools whose hooks have not been called; gives the workers that were not known. */
    List<Worker> tick(List<MonitoredPool> running, JvmThreads threads) {
        long hooks = generation.getAsLong();
        List<Worker> fresh = new ArrayList<>();
        followed.keySet().retainAll(running);
        for (MonitoredPool pool : running) {
            if (pool.progressSource() == ProgressSource.HOOK) {
                followed.computeIfAbsent(pool, Followed::new).tick(hooks, threads, fresh);
            }
        }
        return fresh;
    }

    private final class Followed {
        private final MonitoredPool pool;
        private final Set<String> methods;

        /** The threads that were on a request that the hook had not reported, at the last look. */
        private Map<Long, Thread> onRequest = new HashMap<>();

        /** The threads whose request began after the hooks were in, as far as the last look could see. */
        private Set<Long> suspects = Collections.emptySet();

        private long hooksAtLastLook = -1;
        private int ticks;
        private boolean saidNotCalled;

        Followed(MonitoredPool pool) {
            this.pool = pool;
            this.methods = registry.taskMethods(pool);
        }

        void tick(long hooks, JvmThreads threads, List<Worker> fresh) {
            if (methods.isEmpty()) {
                return;
            }
            if (hooks != hooksAtLastLook) {
                ticks = 0;
            }
            boolean settled = hooks >= 0 && hooks == hooksAtLastLook && pool.isHookCalled() && suspects.isEmpty();
            boolean due = saidNotCalled || ticks < EAGER_TICKS || ticks % RARE_TICKS == 0;
            ticks++;
            if (!settled && due) {
                look(hooks, pool.threads(), threads, fresh);
            } else if (!onRequest.isEmpty()) {
                look(hooksAtLastLook, new ArrayList<>(onRequest.values()), threads, fresh);
            }
        }

        private void look(long hooks, Iterable<Thread> looked, JvmThreads threads, List<Worker> fresh) {
            Map<Long, Thread> byId = new HashMap<>();
            for (Thread thread : looked) {
                byId.put(Worker.idOf(thread), thread);
            }
            Set<Long> on = threads.onAnyOf(byId.keySet(), methods);
            Map<Long, Thread> nowOnRequest = new HashMap<>();
            Set<Long> nowSuspects = new HashSet<>();
            for (Map.Entry<Long, Thread> entry : byId.entrySet()) {
                long id = entry.getKey();
                boolean isOn = on.contains(id);
                registry.followByStack(entry.getValue(), pool, isOn).ifPresent(fresh::add);
                if (isOn && !registry.isOnRequestByHook(id)) {
                    nowOnRequest.put(id, entry.getValue());
                    // Only of a thread that was not on a request when the same hooks were in already.
                    if (hooks >= 0
                            && hooks == hooksAtLastLook
                            && (!onRequest.containsKey(id) || suspects.contains(id))) {
                        nowSuspects.add(id);
                    }
                }
            }
            // Twice: a thread may have been on its way into the hook.
            if (!saidNotCalled && !Collections.disjoint(suspects, nowSuspects)) {
                saidNotCalled = true;
                log.warn("the hook in " + pool.server() + "'s methods is not called (" + String.join(", ", methods)
                        + "), though requests run in the pool " + pool.name()
                        + "; its workers are followed by their stacks instead, once a sample");
            }
            onRequest = nowOnRequest;
            suspects = nowSuspects;
            hooksAtLastLook = hooks;
        }
    }
}
