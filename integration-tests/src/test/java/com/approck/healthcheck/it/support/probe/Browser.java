package com.approck.healthcheck.it.support.probe;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * One page in a headless Chromium, told what to do over its own protocol.
 *
 * @see <a href="https://chromedevtools.github.io/devtools-protocol/">Chrome DevTools Protocol</a>
 */
public final class Browser implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration SOON = Duration.ofSeconds(60);

    private final ProcessUnderTest process;
    private final WebSocket socket;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();

    private Browser(ProcessUnderTest process) {
        this.process = process;
        String port = process.awaitStderr("DevTools listening on ws://127\\.0\\.0\\.1:(\\d+)/", SOON)
                .group(1);
        JsonNode pages =
                JSON.readTree(Http.get(Integer.parseInt(port), "/json/list").body());
        socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create(pages.get(0).get("webSocketDebuggerUrl").asString()), new Listener())
                .join();
        for (String domain : List.of("Page", "Runtime", "Log", "Accessibility")) {
            command(domain + ".enable", Map.of());
        }
    }

    /** Starts one, with an empty profile in {@code folder}. */
    public static Browser start(Path folder) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/chromium-headless-shell"));
        // Its sandbox wants rights that containers do not give; it sees nothing here but our own page.
        command.addAll(List.of("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"));
        command.addAll(List.of("--disable-background-networking", "--disable-component-update", "--disable-sync"));
        command.addAll(List.of("--remote-debugging-port=0", "--user-data-dir=" + folder, "about:blank"));
        return new Browser(ProcessUnderTest.start("chromium", Map.of(), command));
    }

    public void open(String url) {
        command("Page.navigate", Map.of("url", url));
    }

    /** The value of an expression in the page. */
    public JsonNode evaluate(String expression) {
        JsonNode result = command("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result);
        }
        return result.get("result").path("value");
    }

    /** Waits until an expression is true in the page. */
    public void await(String expression) {
        Await.until(
                SOON,
                () -> evaluate("!!(" + expression + ")").asBoolean(),
                () -> expression + " in "
                        + evaluate("document.title + '\\n' + document.body.innerText")
                                .asString());
    }

    /** What went wrong in the page: exceptions, and what its security policy forbade. */
    public List<JsonNode> troubles() {
        return events.stream()
                .filter(event -> event.get("method").asString().equals("Runtime.exceptionThrown")
                        || event.path("params")
                                .path("entry")
                                .path("source")
                                .asString("")
                                .equals("security"))
                .toList();
    }

    /** Any command of the protocol; its result. */
    public JsonNode command(String method, Map<String, Object> parameters) {
        int id = lastId.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        socket.sendText(JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)), true)
                .join();
        JsonNode message = answer.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join();
        if (message.has("error")) {
            throw new AssertionError(method + ": " + message);
        }
        return message.get("result");
    }

    @Override
    public void close() {
        socket.abort();
        process.close();
    }

    /** Puts messages together again and gives each to who waits for it. */
    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JSON.readTree(text.toString());
                text.setLength(0);
                if (message.has("id")) {
                    Objects.requireNonNull(waiting.remove(message.get("id").asInt()))
                            .complete(message);
                } else {
                    events.add(message);
                }
            }
            from.request(1);
            return null;
        }
    }
}
