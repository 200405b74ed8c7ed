package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.consumer.ConsumerGroups;
import com.approck.healthcheck.agent.consumer.QueueConsumers;
import com.approck.healthcheck.agent.explain.ExplainRequest;
import com.approck.healthcheck.agent.instrument.BootstrapInjector;
import com.approck.healthcheck.agent.instrument.ClassWeaver;
import com.approck.healthcheck.agent.instrument.HookBridge;
import com.approck.healthcheck.agent.instrument.PoolClassTransformer;
import com.approck.healthcheck.agent.instrument.SelfCheck;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.PoolDiscovery;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.sample.Sampler;
import com.approck.healthcheck.agent.server.Servers;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The stages, connected: discovery and hook → registry → sampler → gauges. One path for an agent that is there from the start
 * and for one that is attached: the first pool is found by its threads, and its server's classes are instrumented after.
 *
 * <p>Made beside the application's start, on a thread that ends with that. All else happens on the agent's own thread, which the
 * first class of a server starts.
 */
final class AgentPipeline implements PoolRegistry.Listener {
    private static final long MILLISECOND = 1_000_000L;

    /** The time between two looks for the first pool, once a class of a server has been loaded. */
    private static final long LOOK_NANOS = 200 * MILLISECOND;

    /** For this time after the last such class pools are looked for at that pace, and then once an interval at most. */
    private static final long EAGER_NANOS = 30_000 * MILLISECOND;

    /** After that the pause is this multiple of what the last look took, {@link #MAX_PAUSE_NANOS} at most: for many threads. */
    private static final int PAUSE_FACTOR = 1_000;

    private static final long MAX_PAUSE_NANOS = 10_000 * MILLISECOND;

    /** If no pool was found within this time after the last such class, its methods are compared with those expected. */
    private static final long NO_POOL_NANOS = 10_000 * MILLISECOND;

    /**
     * Looks at the pace of the samples, after something has changed: a pool that is just starting is found once it has
     * threads, and so is what a server has besides the pool that a hook has reported.
     */
    private static final int LOOKS_AFTER_NEWS = 10;

    /** Some programs make a consumer for each answer that they wait for; a sample sees those between two looks. */
    private static final long MIN_CONSUMER_NEWS_NANOS = 100 * MILLISECOND;

    private static final String WEAVER = "com.approck.healthcheck.agent.instrument.advice.AdviceWeaver";

    private final AgentConfig config;
    private final Instrumentation instrumentation;
    private final File jar;
    private final Log log;
    private final ModuleOpener opener;
    private final PoolClassTransformer transformer;
    private final PoolRegistry registry;
    private final PoolDiscovery discovery;
    private final QueueConsumers consumers;
    private final ConsumerGroups consumerGroups;
    private final LateInstrumentation late;
    private final Sampler sampler;
    private final ReportingLoop loop;
    private final Acceptors acceptors;
    private final UnknownServer unknown;
    private final LoadedClasses loadedClasses;
    private final RequestExecutorsGiven requestExecutors;
    private boolean connected;
    private boolean off;
    private boolean seenServer;
    private boolean comparedMethods;
    private int looksLeft;
    private long newsNanos;
    private long lookedNanos;
    private long lookTookNanos;
    private volatile boolean news;
    private volatile long consumerNewsNanos = System.nanoTime() - MIN_CONSUMER_NEWS_NANOS;

    /** @param jar the agent's own jar, from which the boot loader gets the hook */
    AgentPipeline(AgentConfig config, Instrumentation instrumentation, File jar, Log log) {
        this.config = config;
        this.instrumentation = instrumentation;
        this.jar = jar;
        this.log = log;
        opener = new ModuleOpener(instrumentation);
        transformer = new PoolClassTransformer(instrumentation, AgentPipeline::weaver, this::classLoaded, log);
        registry = new PoolRegistry(Servers.ALL, config.pools(), opener, this);
        discovery = new PoolDiscovery(Servers.ALL, registry, opener, instrumentation::getAllLoadedClasses);
        consumers = new QueueConsumers(this::consumerSeen);
        consumerGroups = new ConsumerGroups(
                consumers,
                transformer::hasSeenLibrary,
                registry,
                opener,
                System::nanoTime,
                config.intervalNanos(),
                log::warn);
        sampler = new Sampler(
                Servers.ALL,
                registry,
                config.intervalNanos(),
                config.stuckAfterNanos(),
                config.exhaustedAfterNanos(),
                System::nanoTime,
                transformer::generation,
                log);
        requestExecutors = new RequestExecutorsGiven(registry, opener);
        acceptors = new Acceptors(instrumentation, opener, registry::isOfOtherAgent);
        unknown = new UnknownServer(instrumentation, acceptors, this::listens, log);
        loadedClasses = new LoadedClasses(instrumentation, this::loadedUnseen);
        late = new LateInstrumentation(config, transformer, this::isDraining, this::instrumented, log);
        loop = new ReportingLoop(config, this::look, this::instrument, registry::everWatched, sampler, opener, log);
    }

    /**
     * Classes of servers may be there already.
     *
     * @param loaded gives the internal names of classes that were loaded before; null if they are unknown
     */
    void start(Consumer<Consumer<String>> loaded) {
        instrumentation.addTransformer(transformer, true);
        unknown.start();
        loadedClasses.look();
        if (loaded != null) {
            loaded.accept(this::loadedUnseen);
        } else {
            lookAgain();
        }
        if (!config.executors().isEmpty()) {
            wake();
        }
    }

    private void lookAgain() {
        try {
            Thread unused = loadedClasses.lookAgain(LoadedClasses.AGAIN_AFTER_MILLIS);
        } catch (OutOfMemoryError e) {
            log.debug("a class that was being defined while the agent was attached is not seen, because no thread"
                    + " can be created: " + e);
        }
    }

    private void loadedUnseen(String className) {
        transformer.loaded(className);
        unknown.loaded(className);
    }

    /** Writes what the agent sees into a file that another process has made. Returns at once. */
    void explain(ExplainRequest request) {
        loop.execute(() -> {
            // What was found before may have started or stopped since.
            PoolRegistry found = PassingLook.find(config, opener, instrumentation, log);
            new Explainer(config, found, sampler, acceptors, log)
                    .explain(state(), loop.describeSending(), request.file());
        });
    }

    private String state() {
        return "the agent is at work, " + (late.hasTried() ? "and its hooks are in" : "and its hooks are not in yet")
                + (isDraining() ? "; the JVM shuts down" : "");
    }

    private void wake() {
        loop.wake();
    }

    private void listens() {
        loop.look();
    }

    private void classLoaded() {
        news = true;
        loop.look();
    }

    private void consumerSeen() {
        long now = System.nanoTime();
        // Two threads that both see it late look twice.
        if (now - consumerNewsNanos >= MIN_CONSUMER_NEWS_NANOS) {
            consumerNewsNanos = now;
            loop.look();
        }
    }

    private void poolChanged(Object owner, boolean started) {
        news |= started;
        if (started) {
            registry.addPoolsOf(owner);
        } else {
            registry.removePoolsOf(owner);
            if (consumers.closeCalled(owner)) {
                wake();
            }
        }
    }

    @Override
    public void poolsChanged() {
        wake();
    }

    @Override
    public void failed(String sentence, Throwable reason) {
        log.warn(sentence, reason);
    }

    @Override
    public void skipped(String sentence) {
        log.debug(sentence);
    }

    /**
     * On the agent's thread, before each sample and between them: looks for pools that no hook reports.
     *
     * @return the nanoseconds after which it wants to look again, sample or not
     */
    private long look() {
        long now = System.nanoTime();
        if (news) {
            news = false;
            newsNanos = now;
            looksLeft = LOOKS_AFTER_NEWS;
            if (!seenServer) {
                seenServer = true;
                log.debug("looking for pools, because a class of a server has been loaded");
                lookedNanos = now;
            }
        }
        boolean findsExecutors = !config.executors().isEmpty();
        boolean hasHook = (seenServer || findsExecutors) && connect();
        long next = seenServer && hasHook ? lookForServers(now) : Long.MAX_VALUE;
        if (findsExecutors) {
            discovery.findExecutors(config.executors());
        }
        requestExecutors.look();
        consumerGroups.update();
        registry.checkPatterns().forEach(log::warn);
        return Math.min(next, unknown.look(now, registry.everFound()));
    }

    private long lookForServers(long now) {
        // Until the hooks are in, which report the pools that follow the first.
        boolean searching = !late.hasTried();
        long pause = pause(now);
        if (searching && now - lookedNanos < pause) {
            return pause - (now - lookedNanos);
        }
        if (searching || looksLeft > 0) {
            looksLeft--;
            discovery.findServers();
            lookedNanos = System.nanoTime();
            lookTookNanos = lookedNanos - now;
        }
        if (registry.everWatched()) {
            return late.hasTried() ? Long.MAX_VALUE : pause;
        }
        if (now - newsNanos >= NO_POOL_NANOS && !comparedMethods) {
            comparedMethods = true;
            transformer.warnOfMissingMethods();
        }
        return pause;
    }

    /** Returns the time between two looks: short only while the application waits for its first report. */
    private long pause(long now) {
        if (registry.everWatched()) {
            return config.intervalNanos();
        }
        return now - newsNanos < EAGER_NANOS
                ? LOOK_NANOS
                : Math.max(config.intervalNanos(), Math.min(MAX_PAUSE_NANOS, PAUSE_FACTOR * lookTookNanos));
    }

    /**
     * On the agent's thread, after each sample and each look.
     *
     * @return the nanoseconds after which it has to go on
     */
    private long instrument() {
        // A consumer is found by its calls, which its hook reports.
        return connected && (registry.everWatched() || transformer.hasSeenConsumer()) ? late.run() : Long.MAX_VALUE;
    }

    private boolean isDraining() {
        return loop.isDraining();
    }

    private void instrumented() {
        news = true;
        loop.look();
    }

    /** Puts the hook into the boot loader, and connects it. */
    private boolean connect() {
        if (connected || off) {
            return connected;
        }
        try {
            if (BootstrapInjector.hasHook()) {
                throw new IllegalStateException("another copy of it is already at work in this JVM");
            }
            BootstrapInjector.defineHook(instrumentation, jar);
            SelfCheck check = new SelfCheck();
            HookBridge bridge = new HookBridge(registry::addWorker, this::poolChanged, check, log);
            bridge.connect();
            bridge.connectRequestExecutors(requestExecutors::add);
            bridge.connectConsumers(
                    consumers::waitBegan, consumers::waitThrew, consumers::givesUp, consumers::deliveryBegan);
            bridge.connectAskers(consumers::askedBy);
            late.connected(check);
            connected = true;
        } catch (Exception | LinkageError e) {
            off = true;
            instrumentation.removeTransformer(transformer);
            log.warn("agent off: it could not reach the boot loader: " + e);
        }
        return connected;
    }

    /** In a class loader of its own, with Byte Buddy, which the agent's class loader makes. */
    @SuppressWarnings("unchecked") // AgentClassLoader implements it, and is not to be seen from here.
    private static ClassWeaver weaver() {
        Supplier<ClassLoader> loader = (Supplier<ClassLoader>) AgentPipeline.class.getClassLoader();
        try {
            return Class.forName(WEAVER, true, loader.get())
                    .asSubclass(ClassWeaver.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e.getCause() == null ? e : e.getCause());
        }
    }
}
