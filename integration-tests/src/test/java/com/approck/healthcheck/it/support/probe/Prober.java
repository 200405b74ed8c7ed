package com.approck.healthcheck.it.support.probe;

import static java.util.stream.Collectors.joining;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks {@code /health/live} and {@code /health/ready} every 100 ms from its start to its close, and keeps every answer,
 * so that a flap of a single answer is seen.
 */
public final class Prober implements AutoCloseable {

    /** Status of a probe that got no answer: refused, or longer than {@link #DEADLINE}. */
    public static final int NO_ANSWER = 0;

    private static final Duration PERIOD = Duration.ofMillis(100);
    /** The kubelet's own default. */
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private static final Pattern CODE = Pattern.compile("\"code\"\\s*:\\s*\"([^\"]*)\"");

    /** What is asked. */
    public enum Probe {
        LIVE("/health/live"),
        READY("/health/ready");

        private final String path;

        Probe(String path) {
            this.path = path;
        }

        public String path() {
            return path;
        }
    }

    /** One answer; {@code code} is that of a 422, empty otherwise. */
    public record Answer(Probe probe, Moment asked, Moment answered, int status, String code) {}

    private final int port;
    private final Moment born = Moment.now();
    private final List<Answer> answers = new CopyOnWriteArrayList<>();
    private final RepeatedTask asking;

    private Prober(int port) {
        this.port = port;
        this.asking = RepeatedTask.start("prober-" + port, PERIOD, this::askBoth);
    }

    public static Prober start(int port) {
        return new Prober(port);
    }

    /**
     * Waits for the first answer of that status among those asked after {@code since}, and says how long after
     * {@code since} it was given; fails when that is longer than {@code within}.
     */
    public Duration await(Probe probe, int status, Moment since, Duration within) {
        Answer answer = Await.value(
                within.minus(Moment.now().since(since)).plus(DEADLINE),
                () -> after(probe, since).stream()
                        .filter(given -> given.status() == status)
                        .findFirst(),
                () -> probe + " answers " + status + "\n" + describe());
        Duration elapsed = answer.answered().since(since);
        if (elapsed.compareTo(within) > 0) {
            throw new AssertionError(
                    probe + " answered " + status + " after " + elapsed + ", not within " + within + "\n" + describe());
        }
        return elapsed;
    }

    /** The longer of the two. */
    public Duration awaitBoth(int status, Moment since, Duration within) {
        Duration live = await(Probe.LIVE, status, since, within);
        Duration ready = await(Probe.READY, status, since, within);
        return live.compareTo(ready) > 0 ? live : ready;
    }

    /** Fails unless all answers asked in that span, and there must be one, had that status. */
    public void assertOnly(Probe probe, int status, Moment from, Moment to) {
        List<Answer> given = after(probe, from).stream()
                .filter(answer -> answer.asked().isBefore(to))
                .toList();
        if (given.isEmpty()) {
            throw new AssertionError("no " + probe + " was asked between " + at(from) + " and " + at(to));
        }
        Optional<Answer> other =
                given.stream().filter(answer -> answer.status() != status).findFirst();
        if (other.isPresent()) {
            throw new AssertionError(probe + " was " + other.get().status() + " at "
                    + at(other.get().asked()) + ", not " + status + " all the time from " + at(from) + " to " + at(to)
                    + "\n" + describe());
        }
    }

    /** Waits until both probes have been answered, so that what follows is a change; the moment when that was so. */
    public Moment awaitFirst() {
        for (Probe probe : Probe.values()) {
            Await.until(
                    Duration.ofSeconds(10),
                    () -> after(probe, born).stream().anyMatch(answer -> answer.status() != NO_ANSWER),
                    this::describe);
        }
        return Moment.now();
    }

    /** The answers from that moment on as a story: {@code "200"}, {@code "422 NoWorkers"}, {@code "200"}. */
    public List<String> storyOf(Probe probe, Moment since) {
        List<String> story = new ArrayList<>();
        for (Answer answer : after(probe, since)) {
            String said = answer.status() + (answer.code().isEmpty() ? "" : " " + answer.code());
            if (story.isEmpty() || !story.get(story.size() - 1).equals(said)) {
                story.add(said);
            }
        }
        return story;
    }

    /** Lets that much time pass, then fails unless both probes had that status throughout. */
    public void assertBothStay(int status, Duration time) {
        Moment from = Moment.now();
        Await.pause(time);
        Moment to = Moment.now();
        assertOnly(Probe.LIVE, status, from, to);
        assertOnly(Probe.READY, status, from, to);
    }

    /** All answers of that probe that were asked at or after that moment. */
    public List<Answer> after(Probe probe, Moment since) {
        return answers.stream()
                .filter(answer -> answer.probe() == probe && !answer.asked().isBefore(since))
                .toList();
    }

    /** The answers whose status or code differs from the one before, the first included. */
    public List<Answer> flips(Probe probe) {
        List<Answer> flips = new ArrayList<>();
        for (Answer answer : answers) {
            if (answer.probe() != probe) {
                continue;
            }
            Answer last = flips.isEmpty() ? null : flips.get(flips.size() - 1);
            if (last == null || last.status() != answer.status() || !last.code().equals(answer.code())) {
                flips.add(answer);
            }
        }
        return flips;
    }

    /** Every flip with its time, for a failure's message. */
    public String describe() {
        StringBuilder text = new StringBuilder("--- prober of port " + port);
        for (Probe probe : Probe.values()) {
            text.append("\n")
                    .append(probe)
                    .append(": ")
                    .append(flips(probe).stream()
                            .map(flip -> at(flip.asked()) + " " + flip.status()
                                    + (flip.code().isEmpty() ? "" : " " + flip.code()))
                            .collect(joining(", ")));
        }
        return text.append("\nasked until ").append(at(Moment.now())).toString();
    }

    @Override
    public void close() {
        asking.close();
    }

    private void askBoth() {
        for (Probe probe : Probe.values()) {
            answers.add(ask(probe));
        }
    }

    private Answer ask(Probe probe) {
        Moment asked = Moment.now();
        try {
            Http.Answer answer = Http.ask("GET", port, probe.path(), DEADLINE);
            Matcher code = CODE.matcher(answer.body());
            return new Answer(probe, asked, Moment.now(), answer.status(), code.find() ? code.group(1) : "");
        } catch (IOException e) {
            return new Answer(probe, asked, Moment.now(), NO_ANSWER, "");
        }
    }

    private String at(Moment moment) {
        return "%.2fs".formatted(moment.since(born).toMillis() / 1000.0);
    }
}
