package com.approck.healthcheck.agent.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On threads of this JVM that accept connections. Time is the test's. */
final class UnknownServerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final byte[] NO_CLASS_FILE = {};

    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private static final String LISTENING = "java/net/ServerSocket";
    private final List<String> calls = new ArrayList<>();
    private Predicate<Class<?>> isOfOtherAgent = type -> false;
    private final UnknownServer unknown = new UnknownServer(
            instrumentation(),
            new Acceptors(instrumentation(), new ModuleOpener(null), type -> isOfOtherAgent.test(type)),
            () -> calls.add("listens"),
            new Log(LogLevel.INFO, line -> System.err.println(line)));

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(stderr);
    }

    @Test
    void jvmThatNeverListens_isNotLookedAt() {
        unknown.start();
        assertNull(unknown.transform(null, "java/net/Socket", null, null, NO_CLASS_FILE));
        assertNull(unknown.transform(getClass().getClassLoader(), LISTENING, null, null, NO_CLASS_FILE));
        assertEquals(Long.MAX_VALUE, unknown.look(1_000 * SECOND, false));
        assertEquals(List.of("addTransformer"), calls);
    }

    @Test
    void threadInAccept_isSaidOnceAfterAMinute() throws Exception {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try {
            start("plain-acceptor", () -> socket.accept().close());
            unknown.start();
            assertNull(unknown.transform(null, LISTENING, null, null, NO_CLASS_FILE));
            assertEquals(List.of("addTransformer", "listens"), calls);
            assertEquals(60 * SECOND, unknown.look(5 * SECOND, false));
            assertEquals(SECOND, unknown.look(64 * SECOND, false));
            assertEquals(List.of(), lines());

            assertEquals(Long.MAX_VALUE, unknown.look(65 * SECOND, false));
            assertEquals(1, lines().size(), said::toString);
            String line = lines().get(0);
            assertTrue(
                    line.startsWith(
                            "healthcheck: no known server was found, but the thread plain-acceptor accepts connections (at "),
                    line);
            assertTrue(line.contains(UnknownServerTest.class.getName()), line);
            assertEquals(Long.MAX_VALUE, unknown.look(1_000 * SECOND, false));
            assertEquals(1, lines().size());
        } finally {
            socket.close();
        }
    }

    @Test
    void threadThatSelectsForConnections_isSaid() throws Exception {
        Selector selector = Selector.open();
        ServerSocketChannel channel = ServerSocketChannel.open();
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_ACCEPT);
        try {
            start("selecting-acceptor", selector::select);
            unknown.loaded(LISTENING);
            unknown.look(0, false);
            unknown.look(60 * SECOND, false);
            assertTrue(
                    said.toString(StandardCharsets.UTF_8).contains("the thread selecting-acceptor accepts"),
                    said::toString);
        } finally {
            selector.close();
            channel.close();
        }
    }

    @Test
    void knownServer_isEnough() throws Exception {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try {
            start("known-acceptor", () -> socket.accept().close());
            unknown.loaded(LISTENING);
            assertEquals(Long.MAX_VALUE, unknown.look(0, true));
            assertEquals(Long.MAX_VALUE, unknown.look(60 * SECOND, false));
            assertEquals(List.of(), lines());
        } finally {
            socket.close();
        }
    }

    @Test
    void serverOfAnotherAgent_isNotSaid_howeverOftenItIsLookedFor() throws Exception {
        isOfOtherAgent = UnknownServerTest.class::equals;
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        try {
            start("agents-acceptor", () -> socket.accept().close());
            unknown.loaded(LISTENING);
            unknown.look(0, false);
            for (int minute = 1; minute <= 10; minute++) {
                assertEquals(60 * SECOND, unknown.look(minute * 60L * SECOND, false));
            }
            assertEquals(Long.MAX_VALUE, unknown.look(11 * 60 * SECOND, false));
            assertEquals(List.of(), lines());
        } finally {
            socket.close();
        }
    }

    private interface Wait {
        void begin() throws IOException;
    }

    /** Starts a thread that waits, and returns once it does; it ends when what it waits on is closed. */
    private static void start(String name, Wait wait) {
        Thread thread = new Thread(
                () -> {
                    try {
                        wait.begin();
                    } catch (IOException e) {
                        // Closed, as the test has ended.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        Await.until(name + " waits", () -> {
            StackTraceElement[] stack = thread.getStackTrace();
            return stack.length > 0 && stack[0].isNativeMethod();
        });
    }

    private Instrumentation instrumentation() {
        return (Instrumentation) Proxy.newProxyInstance(
                UnknownServerTest.class.getClassLoader(),
                new Class<?>[] {Instrumentation.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAllLoadedClasses" -> new Class<?>[] {UnknownServerTest.class, String.class};
                    case "addTransformer" -> {
                        calls.add("addTransformer");
                        yield null;
                    }
                    case "removeTransformer" -> true;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private List<String> lines() {
        return said.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("healthcheck: "))
                .collect(Collectors.toList());
    }
}
