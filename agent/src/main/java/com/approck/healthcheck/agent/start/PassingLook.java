package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.explain.AnswerFile;
import com.approck.healthcheck.agent.explain.ExplainRequest;
import com.approck.healthcheck.agent.explain.Explanation;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.PoolDiscovery;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.sample.Sampler;
import com.approck.healthcheck.agent.server.Servers;
import java.lang.instrument.Instrumentation;
import java.util.Map;
import java.util.Properties;

/**
 * A look at a JVM in which no agent is at work: finds its pools, follows them for some samples and explains what it sees.
 * Nothing is sent, said on stderr or instrumented; it runs on a thread of its own, and nothing is left once that has ended.
 */
final class PassingLook {
    /** Two samples are needed for a deadlock, and three show what has used no CPU for a second. */
    private static final int SAMPLES = 3;

    private static final long INTERVAL_MILLIS = 500;

    private static final String STATE = "no agent is at work in this JVM; this is a passing look of "
            + (SAMPLES - 1) * INTERVAL_MILLIS + " ms, too short to call a worker stuck but for a deadlock; consumers of"
            + " queues are not seen, as only the agent's hooks report them";

    private final Log log = new Log(LogLevel.INFO, line -> {});

    private PassingLook() {}

    /**
     * Starts to look. Returns at once.
     *
     * @param properties of this JVM, as they hold for the agent's settings
     */
    static void start(
            ExplainRequest request,
            Properties properties,
            Map<String, String> environment,
            Instrumentation instrumentation) {
        Thread thread = new Thread(
                () -> new PassingLook().run(request, properties, environment, instrumentation), "healthcheck-explain");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    private void run(
            ExplainRequest request,
            Properties properties,
            Map<String, String> environment,
            Instrumentation instrumentation) {
        try {
            AnswerFile.write(request.file(), answer(request, properties, environment, instrumentation));
        } catch (Throwable e) {
            // The process that asked says that no answer came: there is nobody here who wants to know.
        }
    }

    private String answer(
            ExplainRequest request,
            Properties properties,
            Map<String, String> environment,
            Instrumentation instrumentation)
            throws InterruptedException {
        try {
            return look(AgentConfig.read(request.settings(), properties, environment), instrumentation);
        } catch (BadSettingException e) {
            return new Explanation()
                    .line("no agent is at work in this JVM, and none would be: " + e.getMessage())
                    .text();
        } catch (LinkageError | RuntimeException e) {
            return new Explanation()
                    .line("no agent is at work in this JVM, and a look at it failed: " + e)
                    .text();
        }
    }

    private String look(AgentConfig config, Instrumentation instrumentation) throws InterruptedException {
        ModuleOpener opener = new ModuleOpener(instrumentation);
        PoolRegistry registry = find(config, opener, instrumentation, log);
        Sampler sampler = new Sampler(
                Servers.ALL,
                registry,
                INTERVAL_MILLIS * 1_000_000L,
                config.stuckAfterNanos(),
                config.exhaustedAfterNanos(),
                System::nanoTime,
                () -> -1,
                log);
        sampler.sample();
        for (int i = 1; i < SAMPLES; i++) {
            Thread.sleep(INTERVAL_MILLIS);
            sampler.sample();
        }
        Acceptors acceptors = new Acceptors(instrumentation, opener, registry::isOfOtherAgent);
        return new Explainer(config, registry, sampler, acceptors, log)
                .explanation(STATE, "nothing is sent; the agent would send to " + config.host() + ":" + config.port());
    }

    /**
     * Finds the pools that there are at this moment.
     *
     * @param log gets what cannot be read
     * @return a registry of them, which nothing adds to
     */
    static PoolRegistry find(AgentConfig config, ModuleOpener opener, Instrumentation instrumentation, Log log) {
        PoolRegistry registry = new PoolRegistry(Servers.ALL, config.pools(), opener, new Listener(log));
        PoolDiscovery discovery =
                new PoolDiscovery(Servers.ALL, registry, opener, instrumentation::getAllLoadedClasses);
        discovery.findServers();
        if (!config.executors().isEmpty()) {
            discovery.findExecutors(config.executors());
        }
        return registry;
    }

    private static final class Listener implements PoolRegistry.Listener {
        private final Log log;

        Listener(Log log) {
            this.log = log;
        }

        @Override
        public void poolsChanged() {
            // Nobody waits for that.
        }

        @Override
        public void failed(String sentence, Throwable reason) {
            log.warn(sentence, reason);
        }

        @Override
        public void skipped(String sentence) {
            // The registry lists them.
        }
    }
}
