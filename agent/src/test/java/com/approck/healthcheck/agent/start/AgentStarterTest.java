package com.approck.healthcheck.agent.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.explain.AnswerFile;
import com.approck.healthcheck.agent.explain.ExplainRequest;
import com.approck.healthcheck.agent.explain.OtherRoot;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentStarterTest {
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final List<String> calls = new ArrayList<>();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(stderr);
    }

    @Test
    void start_looksAtClassesAndSaysNothing() {
        start(null);

        assertEquals(List.of("addTransformer PoolClassTransformer", "addTransformer UnknownServer"), calls);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    /** Sooner, a class could be loaded that neither they nor the agent's transformers are shown. */
    @Test
    void classesLoadedBefore_areAskedForOnceTheTransformersAreThere() {
        AgentStarter.start(null, instrumentation(), new File("no.jar"), names -> calls.add("asks for names"));

        assertEquals(
                List.of("addTransformer PoolClassTransformer", "addTransformer UnknownServer", "asks for names"),
                calls);
    }

    @Test
    void wrongSetting_isOneLineAndTheAgentIsOff() {
        start("port=http,log=x");

        assertEquals(List.of(), calls);
        Await.until(
                "the line is written",
                () -> said.toString(StandardCharsets.UTF_8).endsWith(System.lineSeparator()));
        assertEquals(
                "healthcheck: agent off: argument port is 'http'; allowed: a number from 1 to 65535; argument log is"
                        + " 'x'; allowed: info, debug or off"
                        + System.lineSeparator(),
                said.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled=false", "enabled = FALSE", "port=9125, enabled= false"})
    void disabledAgent_looksAtNothingAndSaysNothing(String argument) {
        start(argument);

        assertEquals(List.of(), calls);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void passingLook_explainsThePoolsAndLeavesNothing() throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService executor = Executors.newFixedThreadPool(3);
        server.setExecutor(executor);
        server.start();
        try {
            String answer = look("");

            assertTrue(answer.startsWith("no agent is at work in this JVM; this is a passing look of 1000 ms"), answer);
            assertTrue(
                    answer.contains("\npool httpserver-" + server.getAddress().getPort()
                            + " of JDK HttpServer: 3 able of 3; 0 live threads, 0 on requests, 0 stuck, 0 tasks"
                            + " waiting\n  capacity 3: its core size, because its queue has no bound\n"),
                    answer);
            assertTrue(answer.contains("  waits for connections: HTTP-Dispatcher\n"), answer);
            assertTrue(answer.contains("\n  nothing is sent; the agent would send to localhost:8125\n"), answer);
        } finally {
            server.stop(0);
            executor.shutdown();
        }
        assertEquals(List.of(), calls);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
        Await.until("its threads have ended", () -> before.containsAll(ours()));
    }

    @Test
    void passingLook_namesWhatIsNotWatched() throws Exception {
        HttpServer excluded = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        excluded.start();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread stranger = new Thread(() -> accept(socket), "stranger");
            stranger.setDaemon(true);
            stranger.start();
            Await.until("it accepts", () -> stranger.getStackTrace().length > 3);

            String answer = look("pools=!httpserver-*");

            assertTrue(
                    answer.contains("  found sun.net.httpserver.ServerImpl of JDK HttpServer, not watched: the setting"
                            + " pools excludes its name httpserver-"
                            + excluded.getAddress().getPort() + "\n"),
                    answer);
            assertTrue(answer.contains("\n  stranger at " + AgentStarterTest.class.getName() + ".accept("), answer);
        } finally {
            excluded.stop(0);
        }
    }

    private static void accept(ServerSocket socket) {
        try {
            socket.accept().close();
        } catch (IOException e) {
            // The test has ended.
        }
    }

    @Test
    void passingLook_takesSettings_andSaysWhatIsWrongWithThem() throws Exception {
        assertTrue(look("prefix=shop").contains("\n  prefix          shop. (argument prefix)\n"));

        assertEquals(
                "no agent is at work in this JVM, and none would be: argument port is 'http'; allowed: a number from 1"
                        + " to 65535\n",
                look("port=http"));
    }

    private static Set<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("healthcheck"))
                .collect(Collectors.toSet());
    }

    private String look(String settings) throws IOException {
        try (AnswerFile file = AnswerFile.create(
                new OtherRoot(Long.toString(ProcessHandle.current().pid())))) {
            String argument = new ExplainRequest(file.pathThere(), settings).toArgument();
            AgentStarter.look(argument.substring("--explain ".length()), instrumentation());
            String[] answer = new String[1];
            Await.until("the answer", () -> {
                try {
                    answer[0] = file.read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return answer[0] != null;
            });
            return answer[0];
        }
    }

    private void start(String argument) {
        AgentStarter.start(argument, instrumentation(), new File("no.jar"), null);
    }

    private Instrumentation instrumentation() {
        return (Instrumentation) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Instrumentation.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getAllLoadedClasses")) {
                        return new Class<?>[] {AgentStarterTest.class};
                    }
                    for (Object one : arguments) {
                        if (one instanceof ClassFileTransformer) {
                            calls.add(method.getName() + " " + one.getClass().getSimpleName());
                        }
                    }
                    return null;
                });
    }
}
