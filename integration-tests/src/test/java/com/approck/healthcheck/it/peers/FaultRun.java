package com.approck.healthcheck.it.peers;

import static com.approck.healthcheck.it.peers.ProbedProcess.OURS;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.KubeletProbe.Verdict;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.function.Executable;

/**
 * Puts each fault into a process of its own. All are up before the first fault is put in, so that no probe fails because a
 * neighbour starts.
 */
final class FaultRun {

    /** As many as a small machine has processors. */
    private static final int STARTS_AT_A_TIME = 2;

    private final List<Seen> seen;

    private record Seen(Fault<?> fault, Map<String, Verdict> verdicts) {}

    private record Started<S extends ProbedProcess>(Fault<S> fault, S process) {

        /** Each probe, the peers' too, is seen to work before its process comes to harm. */
        void awaitSuccess() {
            Moment now = Moment.now();
            process.probes().values().forEach(probe -> probe.awaitSuccess(now));
        }

        Seen see() {
            Moment since = fault.put().apply(process);
            Duration left = fault.watched().minus(Moment.now().since(since));
            Await.pause(left.isNegative() ? Duration.ZERO : left);
            Map<String, Verdict> verdicts = new LinkedHashMap<>();
            process.probes().forEach((column, probe) -> verdicts.put(column, probe.since(since)));
            return new Seen(fault, verdicts);
        }
    }

    private FaultRun(List<Seen> seen) {
        this.seen = seen;
    }

    static <S extends ProbedProcess> FaultRun of(TestProcesses processes, List<Fault<S>> faults) {
        List<Started<S>> started = forEach(faults, STARTS_AT_A_TIME, fault -> {
            Started<S> one = new Started<>(fault, fault.start().apply(processes));
            one.awaitSuccess();
            return one;
        });
        started.forEach(Started::awaitSuccess);
        return new FaultRun(forEach(started, started.size(), Started::see));
    }

    /** In the order of the list, that many at a time. */
    private static <T, R> List<R> forEach(List<T> list, int atATime, Function<T, R> work) {
        ExecutorService threads = Executors.newFixedThreadPool(atATime);
        try {
            List<Callable<R>> tasks = new ArrayList<>();
            list.forEach(one -> tasks.add(() -> work.apply(one)));
            List<R> results = new ArrayList<>();
            for (Future<R> result : threads.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** On stdout, and below {@code target}. */
    void print(String title, String file) throws IOException {
        System.out.println("\n" + title + "\n\n" + table());
        Files.writeString(Path.of("target", file), table());
    }

    /** Of the peers nothing is asserted: the table says what they answered. */
    void assertOursIsRight() {
        assertAll(seen.stream()
                .<Executable>map(one -> () -> assertEquals(
                        one.fault().isRestarted(),
                        one.verdicts().get(OURS).restart().isPresent(),
                        one.fault().what() + ": " + one.verdicts())));
    }

    private String table() {
        List<String> columns = new ArrayList<>(List.of("what happens", "truth"));
        columns.addAll(seen.get(0).verdicts().keySet());
        StringBuilder text = new StringBuilder(line(columns))
                .append("|---".repeat(columns.size()))
                .append("|\n");
        for (Seen one : seen) {
            List<String> cells = new ArrayList<>(
                    List.of(one.fault().what(), one.fault().truth().toString()));
            one.verdicts()
                    .values()
                    .forEach(verdict -> cells.add(cell(one.fault().truth(), verdict)));
            text.append(line(cells));
        }
        return text.toString();
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(joining(" | ", "| ", " |\n"));
    }

    private static String cell(Truth truth, Verdict verdict) {
        String answer = verdict.restart()
                .map(time -> String.format(Locale.ROOT, "dead after %.0f s", time.toMillis() / 1e3))
                .orElse(
                        verdict.failed() == 0
                                ? "alive"
                                : "alive, %d of %d failed".formatted(verdict.failed(), verdict.asked()));
        return truth.makesWrong(verdict.restart().isPresent()) ? "**wrong**: " + answer : answer;
    }
}
