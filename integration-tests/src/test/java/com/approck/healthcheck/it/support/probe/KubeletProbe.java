package com.approck.healthcheck.it.support.probe;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Asks by a kubelet's rule for liveness probes, and restarts nothing: it keeps when a kubelet would have restarted the
 * container. Runs on a thread of its own from its start to its close.
 */
public final class KubeletProbe implements AutoCloseable {

    /**
     * A kubelet's default is 10 s; this is shorter so that a run is. It is longer than {@link #TIMEOUT} for the sake of those that
     * are asked in the process itself: of the probes during a pause of 3 s no more than two fail, as no more than one does at 10 s.
     */
    public static final Duration PERIOD = Duration.ofSeconds(2);

    /** A kubelet's default. */
    public static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** How many failures in a row make a kubelet restart the container; its default. */
    public static final int FAILURE_THRESHOLD = 3;

    private static final Duration TO_SUCCEED = Duration.ofSeconds(60);

    /** What is asked; an exception is a failure. */
    @FunctionalInterface
    public interface Check {

        boolean succeeds() throws IOException;
    }

    /**
     * What the probes since some moment come to.
     *
     * @param restart from that moment until the failure on which a kubelet restarts; empty if that many never failed in a row
     */
    public record Verdict(int asked, int failed, Optional<Duration> restart) {

        static Verdict of(List<Answer> answers, Moment since) {
            int asked = 0;
            int failed = 0;
            int inARow = 0;
            Optional<Duration> restart = Optional.empty();
            for (Answer answer : answers) {
                if (answer.asked().isBefore(since)) {
                    continue;
                }
                asked++;
                failed += answer.success() ? 0 : 1;
                inARow = answer.success() ? 0 : inARow + 1;
                if (inARow == FAILURE_THRESHOLD && restart.isEmpty()) {
                    restart = Optional.of(answer.answered().since(since));
                }
            }
            return new Verdict(asked, failed, restart);
        }
    }

    record Answer(Moment asked, Moment answered, boolean success) {}

    private final String name;
    private final Check check;
    private final List<Answer> answers = new CopyOnWriteArrayList<>();
    private volatile String lastFailure = "it was not asked";
    private final RepeatedTask asking;

    private KubeletProbe(String name, Check check) {
        this.name = name;
        this.check = check;
        this.asking = RepeatedTask.start("kubelet-probe", PERIOD, () -> answers.add(ask()));
    }

    public static KubeletProbe start(String name, Check check) {
        return new KubeletProbe(name, check);
    }

    /** A status from 200 to 399 succeeds. */
    public static KubeletProbe http(int port, String path) {
        return start("port " + port + path, () -> {
            HttpURLConnection connection = (HttpURLConnection) open(port, path);
            try {
                int status = connection.getResponseCode();
                return status >= 200 && status < 400;
            } finally {
                connection.disconnect();
            }
        });
    }

    /** The body at that address, asked with the same timeout. */
    public static String body(int port, String path) throws IOException {
        try (InputStream body = open(port, path).getInputStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A kubelet keeps no connection either. */
    private static URLConnection open(int port, String path) throws IOException {
        URLConnection connection =
                URI.create("http://localhost:" + port + path).toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        connection.setConnectTimeout((int) TIMEOUT.toMillis());
        connection.setReadTimeout((int) TIMEOUT.toMillis());
        return connection;
    }

    /** Waits until one that was asked since then has succeeded: what follows is a change. */
    public void awaitSuccess(Moment since) {
        Await.until(
                TO_SUCCEED,
                () -> answers.stream()
                        .anyMatch(answer -> answer.success() && !answer.asked().isBefore(since)),
                () -> name + " succeeds: " + lastFailure);
    }

    public Verdict since(Moment moment) {
        return Verdict.of(answers, moment);
    }

    @Override
    public void close() {
        asking.close();
    }

    private Answer ask() {
        Moment asked = Moment.now();
        boolean success;
        try {
            success = check.succeeds();
            lastFailure = success ? lastFailure : "its answer";
        } catch (IOException e) {
            success = false;
            lastFailure = e.toString();
        }
        return new Answer(asked, Moment.now(), success);
    }
}
