package com.approck.healthcheck.it.support.probe;

import com.approck.healthcheck.it.support.process.Moment;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Requests to a port of this machine, each with a deadline. */
public final class Http {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private Http() {}

    /** An answer; {@code elapsed} runs from before the request was sent until the body was here. */
    public record Answer(int status, String body, HttpResponse<String> response, Duration elapsed) {

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    public static Answer get(int port, String path) {
        return request("GET", port, path, Duration.ofSeconds(10));
    }

    /** An answer within the time; an {@link AssertionError} when there is none. */
    public static Answer request(String method, int port, String path, Duration within) {
        try {
            return ask(method, port, path, within);
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " at port " + port + ": " + e, e);
        }
    }

    /** As {@link #request}, with the failure to the caller: a refused connection is an answer of a kind. */
    public static Answer ask(String method, int port, String path, Duration within) throws IOException {
        Moment before = Moment.now();
        try {
            HttpResponse<String> response = CLIENT.send(build(method, port, path, within), BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response,
                    Moment.now().since(before));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends a request whose answer may be long in coming. */
    public static CompletableFuture<HttpResponse<String>> send(int port, String path) {
        return CLIENT.sendAsync(build("GET", port, path, Duration.ofMinutes(5)), BodyHandlers.ofString());
    }

    /**
     * The body of an answer as it comes, from the first byte on. The connection is not kept alive: a server that stops
     * would wait for it.
     */
    public static InputStream open(int port, String path) {
        try {
            URLConnection connection =
                    URI.create("http://localhost:" + port + path).toURL().openConnection();
            connection.setRequestProperty("Connection", "close");
            connection.setReadTimeout(60_000);
            return connection.getInputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpRequest build(String method, int port, String path, Duration within) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(within)
                .method(method, BodyPublishers.noBody())
                .build();
    }
}
