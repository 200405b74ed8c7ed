package com.approck.healthcheck.it.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks the sidecar for its two probes. Not thread-safe. */
final class ProbePoller {

    /** The first match is the number of all workers; those of the sources follow. */
    private static final Pattern WORKERS = Pattern.compile("\"workers\":(\\d+)");

    private static final Pattern CODE = Pattern.compile("\"code\":\"([^\"]*)\"");
    private static final Pattern DESCRIPTION = Pattern.compile("\"description\":\"([^\"]*)\"");

    /** Both answers at one time. {@code workers}, {@code code} and {@code reason} are empty if the sidecar reports none. */
    record Answers(int live, int ready, String workers, String code, String reason) {

        /** Returns whether both differ at most in the reason, whose seconds change all the time. {@code other} may be null. */
        boolean isLike(Answers other) {
            return other != null
                    && live == other.live
                    && ready == other.ready
                    && workers.equals(other.workers)
                    && code.equals(other.code);
        }
    }

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final int port;

    ProbePoller(int port) {
        this.port = port;
    }

    Answers poll() throws IOException, InterruptedException {
        HttpResponse<String> live = get("/health/live?verbose");
        HttpResponse<String> ready = get("/health/ready");
        String body = live.statusCode() == 200 ? ready.body() : live.body();
        return new Answers(
                live.statusCode(),
                ready.statusCode(),
                find(WORKERS, live.body()),
                find(CODE, body),
                find(DESCRIPTION, body));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                BodyHandlers.ofString());
    }

    private static String find(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }
}
