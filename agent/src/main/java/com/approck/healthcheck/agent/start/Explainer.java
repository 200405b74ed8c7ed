package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.explain.AnswerFile;
import com.approck.healthcheck.agent.explain.Explanation;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.pool.PoolRegistry;
import com.approck.healthcheck.agent.pool.Worker;
import com.approck.healthcheck.agent.sample.Sampler;
import com.approck.healthcheck.agent.sample.SeenPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Puts together what the stages see, and answers with it. Made for one answer; for the sampler's thread. */
final class Explainer {
    /** Each may have some hundred lines. */
    private static final int MAX_POOLS = 20;

    private final AgentConfig config;
    private final PoolRegistry found;
    private final Sampler sampler;
    private final Acceptors acceptors;
    private final Log log;

    /** @param found what there is to be found at this moment */
    Explainer(AgentConfig config, PoolRegistry found, Sampler sampler, Acceptors acceptors, Log log) {
        this.config = config;
        this.found = found;
        this.sampler = sampler;
        this.acceptors = acceptors;
        this.log = log;
    }

    /**
     * Writes the answer, on a thread of its own that ends with it: a disk may be slow.
     *
     * @param state of the agent, in a sentence
     * @param sending where the gauges go
     */
    void explain(String state, String sending, Path file) {
        String text = explanation(state, sending);
        Thread thread = new Thread(() -> write(text, file), "healthcheck-explain");
        thread.setDaemon(true);
        thread.start();
    }

    private void write(String text, Path file) {
        try {
            AnswerFile.write(file, text);
        } catch (Throwable e) {
            log.warn("what --explain asked for can't be written to " + file + ": ", e);
        }
    }

    /** Returns the answer. */
    String explanation(String state, String sending) {
        List<SeenPool> pools = sampler.view(MAX_POOLS);
        int all = sampler.pools();
        return new Explanation()
                .line(state)
                .line(howMany(all) + " watched; " + age(sampler.age()))
                .settings(config.describe())
                .list("gauges", Collections.singletonList(sending))
                .pools(pools, all - pools.size())
                .list("limits of the JVM", sampler.limits())
                .list("found, and not watched", found.skipped())
                .list("accept connections, and belong to no pool that is watched", strangers())
                .list("found to be wrong so far", warnings())
                .text();
    }

    private static String howMany(int pools) {
        return pools == 1 ? "1 pool is" : (pools == 0 ? "no pool is" : pools + " pools are");
    }

    private static String age(long nanos) {
        return nanos < 0 ? "no sample was taken yet" : "the last sample is " + nanos / 1_000_000L + " ms old";
    }

    private List<String> strangers() {
        Set<Long> known = sampler.threadIds();
        List<String> strangers = new ArrayList<>();
        for (Map.Entry<Thread, String> accepting : acceptors.find().entrySet()) {
            if (!known.contains(Worker.idOf(accepting.getKey()))) {
                strangers.add(accepting.getKey().getName() + " " + accepting.getValue());
            }
        }
        return strangers;
    }

    private List<String> warnings() {
        List<String> warnings = new ArrayList<>(config.remarks());
        warnings.addAll(log.warnings());
        return warnings;
    }
}
