package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.instrument.BootstrapInjector;
import com.approck.healthcheck.agent.instrument.HookBridge;
import com.approck.healthcheck.agent.instrument.PoolClassTransformer;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.Modules;
import com.approck.healthcheck.agent.pool.PoolDiscovery;
import com.approck.healthcheck.agent.pool.PoolType;
import com.approck.healthcheck.agent.pool.Registry;
import com.approck.healthcheck.agent.sample.Sampler;
import java.io.File;
import java.lang.instrument.Instrumentation;

/**
 * The stages, connected: weaver → hook and search → registry → sampler → gauges. Made in {@code premain}, on a thread of
 * which nothing is inherited that matters; what it costs there is a few small classes. All else happens on the agent's own
 * thread, which the first class of a server starts.
 */
final class AgentPipeline {
    /**
     * A pool that is starting while its class is woven is found by its threads, once it has them; so is what a server has
     * besides the pool that a hook has just told of.
     */
    private static final int SEARCHES_AFTER_NEWS = 10;

    private final AgentConfig config;
    private final Instrumentation instrumentation;
    private final File jar;
    private final Log log;
    private final PoolClassTransformer weaver;
    private final Registry registry;
    private final PoolDiscovery search;
    private final ReportingLoop beat;
    private boolean connected;
    private boolean off;
    private int searchesLeft;
    private volatile boolean news;

    /** @param jar the agent's own jar, from which the boot loader gets its one class */
    AgentPipeline(AgentConfig config, Instrumentation instrumentation, File jar, Log log) {
        this.config = config;
        this.instrumentation = instrumentation;
        this.jar = jar;
        this.log = log;
        Modules.use(instrumentation);
        weaver = new PoolClassTransformer(instrumentation, this::wake, log);
        registry = new Registry(PoolType.SERVERS, config.pools(), this::wake, log::complain);
        search = new PoolDiscovery(registry, instrumentation::getAllLoadedClasses);
        Sampler sampler =
                new Sampler(registry, config.intervalNanos(), config.stuckAfterNanos(), System::nanoTime, log);
        beat = new ReportingLoop(config, this::findPools, registry::everWatched, sampler, log);
    }

    /** Classes of servers may be there already: in a JVM that runs, and in one that starts from an ahead-of-time cache. */
    void start() {
        instrumentation.addTransformer(weaver, true);
        weaver.lookAtLoadedClasses();
        if (!config.executors().isEmpty()) {
            wake();
        }
    }

    private void wake() {
        beat.wake();
    }

    /** Before each sample, on the agent's thread: weaves what waits, and looks for pools that no hook tells of. */
    private void findPools() {
        if (weaver.isBehind() && connect()) {
            weaver.catchUp();
            news = true;
        }
        if (news) {
            news = false;
            searchesLeft = SEARCHES_AFTER_NEWS;
        }
        if (searchesLeft > 0) {
            searchesLeft--;
            search.searchAll();
        }
        if (!config.executors().isEmpty()) {
            search.searchNew(config.executors());
        }
        registry.complainOfPatterns(log::complain);
    }

    private void poolChanged(Object owner, boolean started) {
        news |= started;
        registry.changed(owner, started);
    }

    /** Puts the hook into the boot loader and connects it, with the first class of a server. */
    private boolean connect() {
        if (connected || off) {
            return connected;
        }
        try {
            if (BootstrapInjector.hasHook()) {
                throw new IllegalStateException("another copy of it is already at work in this JVM");
            }
            BootstrapInjector.defineHook(instrumentation, jar);
            new HookBridge(registry::firstTask, this::poolChanged, log).connect();
            connected = true;
        } catch (Exception | LinkageError e) {
            off = true;
            instrumentation.removeTransformer(weaver);
            log.complain("agent off: it could not reach the boot loader: " + e);
        }
        return connected;
    }
}
