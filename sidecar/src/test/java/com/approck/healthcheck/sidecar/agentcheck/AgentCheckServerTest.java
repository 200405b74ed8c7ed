package com.approck.healthcheck.sidecar.agentcheck;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.health.Verdict;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.RateLimitedLog;
import com.approck.healthcheck.sidecar.workers.Totals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class AgentCheckServerTest {
    private static final int TIMEOUT_MILLIS = 30_000;

    private final List<Socket> clients = new ArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private AgentCheckServer server;

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        server.close();
    }

    @Test
    void connection_getsOneLine_andIsClosed() throws Exception {
        start(() -> CompletableFuture.completedFuture(Verdict.HEALTHY));
        assertEquals("ready up 50%\n", read(connect()));
        assertEquals("ready up 50%\n", read(connect()));
    }

    @Test
    void clientThatSaysNothingAndWaits_holdsUpNobody() throws Exception {
        CompletableFuture<Verdict> late = new CompletableFuture<>();
        List<CompletableFuture<Verdict>> verdicts =
                new ArrayList<>(List.of(late, CompletableFuture.completedFuture(Verdict.HEALTHY)));
        start(() -> verdicts.remove(0));
        Socket first = connect();
        assertEquals("ready up 50%\n", read(connect()));
        late.complete(Verdict.HEALTHY);
        assertEquals("ready up 50%\n", read(first));
    }

    @Test
    void oneMoreThanCanWait_isClosedWithoutAnAnswer() throws Exception {
        CompletableFuture<Verdict> late = new CompletableFuture<>();
        start(() -> late);
        List<Socket> waiting = new ArrayList<>();
        for (int i = 0; i < AgentCheckServer.MAX_WAITING; i++) {
            waiting.add(connect());
        }
        assertEquals("", read(connect()));
        late.complete(Verdict.HEALTHY);
        for (Socket each : waiting) {
            assertEquals("ready up 50%\n", read(each));
        }
        assertEquals("ready up 50%\n", read(connect()));
    }

    @Test
    void failureOfOneAnswer_isNotTheEnd() throws Exception {
        List<Supplier<CompletableFuture<Verdict>>> verdicts = new ArrayList<>(List.of(
                () -> {
                    throw new IllegalStateException("a bug");
                },
                () -> CompletableFuture.completedFuture(Verdict.HEALTHY)));
        start(() -> verdicts.remove(0).get());
        assertEquals("", read(connect()));
        assertEquals("ready up 50%\n", read(connect()));
    }

    private void start(Supplier<CompletableFuture<Verdict>> ready) throws Exception {
        RateLimitedLog failures = new RateLimitedLog(new Log(log::add, 0), System::nanoTime);
        server = AgentCheckServer.start(
                ListenAddress.of("127.0.0.1", 0), ready, () -> new Totals(2, 0, 2, 0, 4), failures);
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(
                InetAddress.getLoopbackAddress(), server.addresses().get(0).getPort());
        client.setSoTimeout(TIMEOUT_MILLIS);
        clients.add(client);
        return client;
    }

    private static String read(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), US_ASCII);
    }
}
