package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.server.Servers;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The executors that servers have given requests to, until they have a thread, from which they get their name. Thread-safe; the
 * hook of a server's thread only adds to a list.
 */
final class RequestExecutorsGiven {
    /** Looks after which an executor without a thread is given up: a minute of samples, and some seconds at the start. */
    private static final int MAX_LOOKS = 60;

    private final PoolRegistry registry;
    private final ModuleOpener opener;
    private final List<Given> waiting = new ArrayList<>();

    RequestExecutorsGiven(PoolRegistry registry, ModuleOpener opener) {
        this.registry = registry;
        this.opener = opener;
    }

    synchronized void add(Object executor) {
        waiting.add(new Given(executor));
    }

    /** Adds the pools of those that have one to the registry. For the agent's thread. */
    synchronized void look() {
        for (Iterator<Given> i = waiting.iterator(); i.hasNext(); ) {
            Given given = i.next();
            Object executor = given.get();
            if (executor == null || ++given.looks > MAX_LOOKS || isKnown(executor)) {
                i.remove();
            }
        }
    }

    private boolean isKnown(Object executor) {
        try {
            return registry.addPoolsOf(Servers.executorInside(executor, opener), Servers.REQUEST_EXECUTORS);
        } catch (ReflectiveOperationException | RuntimeException e) {
            // Of a kind that cannot be looked into.
            return true;
        }
    }

    private static final class Given extends WeakReference<Object> {
        private int looks;

        Given(Object executor) {
            super(executor);
        }
    }
}
