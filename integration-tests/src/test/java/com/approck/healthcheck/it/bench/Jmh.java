package com.approck.healthcheck.it.bench;

import com.approck.healthcheck.it.support.process.Jdk;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs benchmarks in JVMs of their own, with one of our jars on the boot class path: where the agent's hook is, and as good for others. */
final class Jmh {

    private Jmh() {}

    /** What one method took on average, and allocated; {@code parameter} is empty if it has none. */
    record Score(String method, String parameter, double nanos, double bytes) {}

    /** All methods of one class; {@code full} for numbers, otherwise to see that they run. */
    static List<Score> run(Class<?> benchmark, Jdk jdk, String jar, boolean full) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(benchmark.getName() + "\\.")
                        .jvm(jdk.tool("java").toString())
                        .jvmArgsAppend("-Xbootclasspath/a:" + jar, "-Xshare:off")
                        .addProfiler(GCProfiler.class)
                        .forks(full ? 3 : 1)
                        .warmupIterations(full ? 5 : 1)
                        .measurementIterations(full ? 5 : 1)
                        .warmupTime(TimeValue.milliseconds(full ? 1000 : 200))
                        .measurementTime(TimeValue.milliseconds(full ? 1000 : 200))
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run();
        List<Score> scores = new ArrayList<>();
        for (RunResult result : results) {
            String parameter = result.getParams().getParamsKeys().stream()
                    .map(result.getParams()::getParam)
                    .findFirst()
                    .orElse("");
            scores.add(new Score(
                    result.getPrimaryResult().getLabel(),
                    parameter,
                    result.getPrimaryResult().getScore(),
                    result.getSecondaryResults().get("gc.alloc.rate.norm").getScore()));
        }
        return scores;
    }

    /** Those of one method. */
    static List<Score> of(List<Score> scores, String method) {
        return scores.stream().filter(score -> score.method().equals(method)).toList();
    }

    /** That of one method with one parameter. */
    static Score of(List<Score> scores, String method, String parameter) {
        return of(scores, method).stream()
                .filter(score -> score.parameter().equals(parameter))
                .findFirst()
                .orElseThrow();
    }
}
