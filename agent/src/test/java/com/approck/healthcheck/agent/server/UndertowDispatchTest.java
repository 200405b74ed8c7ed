package com.approck.healthcheck.agent.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.Await;
import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.instrument.UnexpectedClassException;
import com.approck.healthcheck.agent.instrument.advice.AdviceWeaver;
import com.approck.healthcheck.agent.pool.MethodHook;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Undertow 2.4 with its hooks for executors of the application's own. */
final class UndertowDispatchTest {
    private static final String EXCHANGE = HttpServerExchange.class.getName();

    private final List<Object> reported = new CopyOnWriteArrayList<>();
    private final ExecutorService executor = Executors.newFixedThreadPool(2, task -> new Thread(task, "calls-1"));
    private final Hang hang = new Hang(1);
    private Object server;
    private int port;

    @BeforeEach
    void start() throws Exception {
        UndertowLoader loader = new UndertowLoader();
        Consumer<Object> onExecutor = reported::add;
        loader.loadClass(Hook.class.getName())
                .getMethod("connectRequestExecutors", Consumer.class)
                .invoke(null, onExecutor);
        Runnable work = hang::serve;
        server = loader.loadClass(Server.class.getName())
                .getConstructor(Executor.class, Runnable.class)
                .newInstance(executor, work);
        port = ((IntSupplier) server).getAsInt();
    }

    @AfterEach
    void stop() throws Exception {
        hang.release();
        ((AutoCloseable) server).close();
        executor.shutdownNow();
    }

    @Test
    void executorThatIsOnlySet_isNotReported() throws Exception {
        assertEquals("HTTP/1.1 200", statusOf("/set"));
        assertEquals(List.of(), reported);
    }

    @Test
    void executorThatWasSetBeforeTheRequestIsDispatched_isReportedOnce() throws Exception {
        assertEquals("HTTP/1.1 200", statusOf("/set-and-dispatch"));
        assertEquals("HTTP/1.1 200", statusOf("/set-and-dispatch"));
        assertEquals(List.of(executor), reported);
    }

    @Test
    void dispatchToTheServersWorkers_isNotReported() throws Exception {
        assertEquals("HTTP/1.1 200", statusOf("/dispatch"));
        assertEquals(List.of(), reported);
    }

    @Test
    void requestThatHangsOnTheExecutor_isAWorkerLess() throws Exception {
        try (Socket socket = send("/set-and-dispatch?hang")) {
            hang.awaitEntered();
            FoundPools found = new FoundPools();
            Await.until("the executor is reported", () -> reported.equals(List.of(executor)));
            assertEquals(List.of("calls"), found.given(reported.get(0)));
            found.awaitNumbers("calls", "able=1 stuck=1 capacity=2");

            hang.release();
            found.awaitNumbers("calls", "able=2 stuck=0 capacity=2");
            assertEquals("HTTP/1.1 200", statusOf(socket));
        }
    }

    private String statusOf(String path) throws IOException {
        try (Socket socket = send(path)) {
            return statusOf(socket);
        }
    }

    private Socket send(String path) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
        return socket;
    }

    private static String statusOf(Socket socket) throws IOException {
        return new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), US_ASCII);
    }

    /** A program with Undertow. Public, as it is called from outside its class loader. */
    public static final class Server implements AutoCloseable, IntSupplier {
        private final io.undertow.Undertow server;

        public Server(Executor executor, Runnable hang) {
            server = io.undertow.Undertow.builder()
                    .addHttpListener(0, "localhost", exchange -> {
                        if (exchange.getRequestPath().startsWith("/set")) {
                            exchange.setDispatchExecutor(executor);
                        }
                        if (exchange.getRequestPath().endsWith("dispatch")) {
                            exchange.dispatch(() -> {
                                if (exchange.getQueryString().equals("hang")) {
                                    hang.run();
                                }
                                exchange.endExchange();
                            });
                        }
                    })
                    .setWorkerThreads(1)
                    .setIoThreads(1)
                    .build();
            server.start();
        }

        @Override
        public int getAsInt() {
            return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
        }

        @Override
        public void close() {
            server.stop();
        }
    }

    /** Loads Undertow once more, with its hooks, and a hook class of its own, as one keeps what was reported to it. */
    private static final class UndertowLoader extends ClassLoader {
        UndertowLoader() {
            super(UndertowDispatchTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.undertow.")
                    && !name.equals(Server.class.getName())
                    && !name.equals(Hook.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] classFile = in.readAllBytes();
                byte[] bytes = name.equals(EXCHANGE) ? weave(classFile) : classFile;
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException | UnexpectedClassException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private static byte[] weave(byte[] classFile) throws UnexpectedClassException {
            List<MethodHook> hooks = new RequestExecutors()
                    .hooks().stream()
                            .filter(hook -> hook.className().equals(EXCHANGE))
                            .toList();
            return new AdviceWeaver().weave(EXCHANGE, classFile, hooks);
        }
    }
}
