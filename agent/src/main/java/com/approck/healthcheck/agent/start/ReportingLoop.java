package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.report.SampleWriter;
import com.approck.healthcheck.agent.report.UdpGaugeSender;
import com.approck.healthcheck.agent.sample.Sample;
import com.approck.healthcheck.agent.sample.Sampler;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * The agent's heart: one daemon thread that takes a sample and sends it, once an interval and whenever a pool comes or
 * goes. The thread starts with the first pool.
 *
 * <p>Nothing that a tick throws ends the thread, not even an {@link OutOfMemoryError}: a JVM that runs out of memory for a
 * moment is not dead, and one that has done so for good falls silent by itself.
 */
public final class ReportingLoop {
    /** The most that a thread which shuts the JVM down waits for its report. */
    private static final long MAX_REPORT_WAIT_NANOS = 1_000_000_000L;

    /** While the JVM shuts down, no longer than this between two samples: it may end at any moment. */
    private static final long DRAINING_NANOS = 200_000_000L;

    /** After this number of failures in a row the look for pools, or the instrumentation, is given up. */
    private static final int MAX_FAILURES = 100;

    /** The most that a sample waits for its datagrams to leave while the JVM shuts down. */
    private static final long MAX_FLUSH_NANOS = 300_000_000L;

    private final AgentConfig config;
    private final Limited lookForPools;
    private final Limited afterwards;
    private final BooleanSupplier everWatched;
    private final Sampler sampler;
    private final Log log;
    private final Thread thread;
    private final UdpGaugeSender gauges;
    private volatile boolean draining;
    private boolean started;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean lookWanted = new AtomicBoolean();
    private volatile long samplesBegun;
    private volatile long samplesEnded;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private Set<String> announced = new HashSet<>();

    /**
     * The thread is made here and started later: it must not inherit anything (locals, context class loader) from the
     * thread of the application that happens to start the first pool.
     *
     * @param lookForPools runs before each sample and between them, to find pools that no hook reports; gives the nanoseconds
     *     after which it wants to run again
     * @param afterwards runs after these; the same
     * @param everWatched whether a pool has ever been watched; until then nothing is sent at all
     */
    public ReportingLoop(
            AgentConfig config,
            LongSupplier lookForPools,
            LongSupplier afterwards,
            BooleanSupplier everWatched,
            Sampler sampler,
            ModuleOpener opener,
            Log log) {
        this.config = config;
        this.lookForPools = new Limited(
                lookForPools,
                "a look for pools failed, those that are known are sampled all the same: ",
                "no more looks for pools, because " + MAX_FAILURES
                        + " in a row failed; a pool that no hook reports is not counted: ");
        this.afterwards = new Limited(
                afterwards,
                "the instrumentation failed, requests are followed by the stacks of their threads: ",
                "no more instrumentation, because it failed " + MAX_FAILURES + " times in a row: ");
        this.everWatched = everWatched;
        this.sampler = sampler;
        this.log = log;
        ThreadGroup group = new AgentThreadGroup();
        this.thread = new Thread(group, this::run, "healthcheck");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        this.gauges = new UdpGaugeSender(config.host(), config.port(), config.prefix(), opener, group, log);
    }

    /**
     * Samples at once, because a pool has started or stopped. Called on a server's thread, and returns at once; only while the JVM
     * shuts down it waits, a moment and no longer, until the sample is on its way: the JVM may end as soon as the server
     * has stopped, and then nothing would say so for as long as the lease.
     */
    public void wake() {
        startThread();
        long next = samplesBegun + 1;
        woken.set(true);
        LockSupport.unpark(thread);
        if (draining && Thread.currentThread() != thread) {
            long asked = System.nanoTime();
            while (samplesEnded < next && System.nanoTime() - asked < MAX_REPORT_WAIT_NANOS) {
                LockSupport.parkNanos(this, 500_000L);
            }
        }
    }

    /** Looks for pools soon, because a class of a server has been loaded. Returns at once. */
    public void look() {
        startThread();
        lookWanted.set(true);
        LockSupport.unpark(thread);
    }

    /** Has a task run on the agent's thread soon, between two samples; what it throws is logged. Returns at once. */
    public void execute(Runnable task) {
        tasks.add(task);
        look();
    }

    /** Returns where the gauges go and what became of the last ones, for people. */
    public String describeSending() {
        return everWatched.getAsBoolean()
                ? gauges.describe()
                : "nothing is sent to " + config.host() + ":" + config.port()
                        + ", because no pool has been watched yet";
    }

    private synchronized void startThread() {
        if (!started) {
            thread.start();
            started = true;
        }
    }

    private void run() {
        resolveHandlers();
        watchShutdown();
        long nextSample = System.nanoTime();
        while (true) {
            // Before the sample: a pool that comes while it is taken is worth another.
            boolean due = woken.getAndSet(false) || System.nanoTime() - nextSample >= 0;
            lookWanted.set(false);
            long nextLook = lookForPools.run();
            if (due) {
                long sample = samplesBegun + 1;
                samplesBegun = sample;
                try {
                    sample();
                } catch (Throwable e) {
                    sampleFailed(e);
                }
                samplesEnded = sample;
            }
            nextLook = Math.min(nextLook, afterwards.run());
            runTasks();
            log.resume();
            long now = System.nanoTime();
            // Not if only the look for pools took so long: then the sample is due at once.
            if (due && now - nextSample >= 0) {
                long interval = draining ? Math.min(DRAINING_NANOS, config.intervalNanos()) : config.intervalNanos();
                nextSample += interval;
                if (now - nextSample >= 0) {
                    // The JVM was paused: what was missed is not made up for in a burst.
                    nextSample = now + interval;
                }
            }
            sleep(Math.min(nextSample - now, nextLook));
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (Throwable e) {
                warn("a question was not answered: ", e);
            }
        }
    }

    /**
     * Catches something once. To find the handler of an exception the JVM has to resolve the class that it names, through
     * the agent's class loader, which takes memory; without memory the exception passes the handler by and ends the
     * thread. Resolved classes stay resolved.
     */
    private static void resolveHandlers() {
        try {
            throw new IllegalStateException("only to be caught");
        } catch (Throwable e) {
            // As meant.
        }
    }

    private void sample() {
        if (!everWatched.getAsBoolean()) {
            return;
        }
        boolean wasDraining = draining;
        gauges.beginSample(System.nanoTime());
        Sample sample = sampler.sample();
        if (sample.isKnown()) {
            SampleWriter.write(sample, config.leaseNanos() / 1_000_000L, wasDraining, gauges);
        }
        gauges.endSample();
        if (wasDraining) {
            gauges.flush(MAX_FLUSH_NANOS);
        }
        announceNewPools(sample);
    }

    private void sleep(long nanos) {
        long begun = System.nanoTime();
        long left = nanos;
        while (left > 0 && !woken.get() && !lookWanted.get()) {
            LockSupport.parkNanos(this, left);
            // An application that interrupts every thread it finds must not make this one spin.
            Thread.interrupted();
            left = nanos - (System.nanoTime() - begun);
        }
    }

    /** SIGTERM and System.exit are reported at once, because the orchestrator that asked for them still sends requests. */
    private void watchShutdown() {
        try {
            Thread hook = new Thread(this::drain, "healthcheck-shutdown");
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            draining = true;
        } catch (Throwable e) {
            warn("the start of a shutdown can't be reported: ", e);
        }
    }

    /** Returns whether the JVM has begun to shut down. Any thread. */
    boolean isDraining() {
        return draining;
    }

    /** The JVM shuts down. */
    void drain() {
        draining = true;
        wake();
    }

    private void announceNewPools(Sample sample) {
        Set<String> names = new HashSet<>();
        for (Sample.Pool pool : sample.pools()) {
            names.add(pool.name());
            if (!announced.contains(pool.name())) {
                log.info("watching the pool " + pool.name() + ", " + pool.capacity() + " workers; reporting to "
                        + config.host() + ":" + config.port() + " every " + config.intervalNanos() / 1_000_000L
                        + " ms");
            }
        }
        announced = names;
    }

    /** On a heap without room even a literal can fail, the first time that it is reached: so it stands inside. */
    private void sampleFailed(Throwable e) {
        try {
            log.warn("a sample failed, the next is taken all the same: ", e);
        } catch (Throwable again) {
            // No memory even for the sentence; a sample that fails again says it again.
        }
    }

    private void warn(String what, Throwable e) {
        try {
            log.warn(what, e);
        } catch (Throwable again) {
            // No memory even for the sentence; a sample that fails again says it again.
        }
    }

    /**
     * Work that is a help and no more: the pools that are known are sampled even if it fails. It is given up once it has
     * failed too often in a row; a heap without room says nothing of it.
     */
    private final class Limited {
        private final LongSupplier work;
        private final String failed;
        private final String givenUp;
        private int failures;

        Limited(LongSupplier work, String failed, String givenUp) {
            this.work = work;
            this.failed = failed;
            this.givenUp = givenUp;
        }

        /** Gives the nanoseconds after which it wants to run again, at most. */
        long run() {
            if (failures >= MAX_FAILURES) {
                return Long.MAX_VALUE;
            }
            try {
                long next = work.getAsLong();
                failures = 0;
                return next;
            } catch (Throwable e) {
                if (!(e instanceof OutOfMemoryError)) {
                    failures++;
                }
                warn(failed, e);
                if (failures >= MAX_FAILURES) {
                    warn(givenUp, e);
                }
                return Long.MAX_VALUE;
            }
        }
    }

    /** A handler of uncaught exceptions that the application has set may end the JVM: what ends a thread of ours is ours. */
    private final class AgentThreadGroup extends ThreadGroup {
        AgentThreadGroup() {
            super("healthcheck");
        }

        @Override
        public void uncaughtException(Thread thread, Throwable e) {
            gauges.senderEnded();
            warn("the thread " + thread.getName() + " has ended: ", e);
        }
    }
}
