package com.approck.healthcheck.it.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * What a sample does for a path, on the worker that brings it here: serve, or come to harm in one of the ways that
 * workers do in real programs.
 *
 * <table>
 * <caption>Paths</caption>
 * <tr><td>/ping</td><td>answers at once</td></tr>
 * <tr><td>/sleep?ms=1000</td><td>answers after that long</td></tr>
 * <tr><td>/hang</td><td>reads, without a time-out, from a peer that never writes</td></tr>
 * <tr><td>/lock</td><td>waits for a lock that a thread outside the pool holds</td></tr>
 * <tr><td>/deadlock</td><td>each two such requests deadlock; {@code ?shared} puts all of them on one pair of locks</td></tr>
 * <tr><td>/slow?bytes=&amp;pause=0&amp;chunk=8192</td><td>a download of that size, with a pause in ms after each chunk</td></tr>
 * <tr><td>/events?count=10&amp;pause=500</td><td>server-sent events, written by one thread outside the pool while the
 * request holds no worker</td></tr>
 * <tr><td>/spin?ms=1000</td><td>burns CPU for that long</td></tr>
 * <tr><td>/regex</td><td>matches a regular expression that backtracks, for ever</td></tr>
 * <tr><td>/leak</td><td>opens files until the system refuses, and closes none</td></tr>
 * <tr><td>/oom</td><td>allocates until the JVM refuses, and lets the error out; {@code ?hold=ms} keeps the heap full</td></tr>
 * <tr><td>/halt</td><td>ends the JVM with no shutdown hook run, status 137</td></tr>
 * <tr><td>/exit?code=0</td><td>ends the JVM by {@code System.exit}</td></tr>
 * <tr><td>/stop</td><td>stops the server; the JVM lives on</td></tr>
 * <tr><td>/free</td><td>lets go all that hang in /hang, /lock and /regex</td></tr>
 * </table>
 */
public final class Faults {

    private static final int CHUNK_BYTES = 8 * 1024;

    private final Runnable stopServer;
    private final ConcurrentLinkedQueue<Socket> hanging = new ConcurrentLinkedQueue<>();
    private final AtomicInteger deadlocks = new AtomicInteger();
    private final Map<Integer, Pair> pairs = new HashMap<>();
    private final ScheduledExecutorService events = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "events");
        thread.setDaemon(true);
        return thread;
    });
    private final Queue<InputStream> leaked = new ConcurrentLinkedQueue<>();
    private volatile boolean freed;
    private ServerSocket silentPeer;
    private HeldLock held;

    public Faults(Runnable stopServer) {
        this.stopServer = stopServer;
    }

    /** Serves one request; {@code query} may be null. Blocks the calling worker for as long as the path says. */
    public void serve(String path, String query, Reply reply) throws IOException {
        Query parameters = new Query(query);
        switch (path) {
            case "/ping" -> answer(reply, 200, "pong");
            case "/sleep" -> {
                sleep(parameters.number("ms", 1000));
                answer(reply, 200, "slept");
            }
            case "/hang" -> {
                hang();
                answer(reply, 200, "free again");
            }
            case "/lock" -> {
                lock();
                answer(reply, 200, "free again");
            }
            case "/deadlock" -> {
                deadlock(parameters.has("shared"));
                answer(reply, 500, "no deadlock");
            }
            case "/slow" ->
                download(reply, parameters.number("bytes", 64L << 20), parameters.number("pause", 0), (int)
                        parameters.number("chunk", CHUNK_BYTES));
            case "/upload" -> answer(reply, 200, reply.upload().transferTo(OutputStream.nullOutputStream()) + " bytes");
            case "/executors" -> {
                executors((int) parameters.number("count", 200));
                answer(reply, 200, "all have come and gone");
            }
            case "/events" -> events(reply, parameters.number("count", 10), parameters.number("pause", 500));
            case "/spin" -> {
                spin(parameters.number("ms", 1000));
                answer(reply, 200, "spun");
            }
            case "/regex" -> {
                backtrack();
                answer(reply, 200, "free again");
            }
            case "/leak" -> {
                leak();
                answer(reply, 200, "no descriptor is left");
            }
            case "/oom" -> fillHeap(parameters.number("hold", 0));
            case "/halt" -> Runtime.getRuntime().halt(137);
            case "/exit" -> {
                int code = (int) parameters.number("code", 0);
                answer(reply, 200, "bye");
                // From another thread: a server that stops gracefully waits for this very request.
                new Thread(() -> System.exit(code), "exit").start();
            }
            case "/stop" -> {
                answer(reply, 200, "stopping");
                new Thread(stopServer, "stop").start();
            }
            case "/free" -> {
                free();
                answer(reply, 200, "freed");
            }
            default -> answer(reply, 404, "no such path");
        }
    }

    private static void answer(Reply reply, int status, String text) throws IOException {
        reply.status(status);
        try (OutputStream body = reply.body()) {
            body.write(text.getBytes(UTF_8));
        }
    }

    private void hang() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), silentPeerPort())) {
            hanging.add(socket);
            int read = socket.getInputStream().read();
            throw new IllegalStateException("the silent peer said " + read);
        } catch (IOException freed) {
            // Closed by /free, which is how a hung read ends in life, too: the peer goes away at last.
        }
    }

    private synchronized int silentPeerPort() throws IOException {
        if (silentPeer == null) {
            // Never accepts: the kernel completes the handshake for as many connections as the backlog holds.
            silentPeer = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        }
        return silentPeer.getLocalPort();
    }

    private void lock() {
        ReentrantLock lock = heldLock().lock;
        lock.lock();
        try {
            // Ours at last: nothing is left to do.
        } finally {
            lock.unlock();
        }
    }

    private synchronized HeldLock heldLock() {
        if (held == null) {
            held = new HeldLock();
        }
        return held;
    }

    private synchronized void free() throws IOException {
        freed = true;
        for (Socket socket = hanging.poll(); socket != null; socket = hanging.poll()) {
            socket.close();
        }
        if (held != null) {
            held.released.countDown();
            held = null;
        }
    }

    private void deadlock(boolean shared) {
        int number = deadlocks.getAndIncrement();
        Pair pair;
        synchronized (pairs) {
            pair = pairs.computeIfAbsent(shared ? 0 : number / 2, key -> new Pair());
        }
        Object first = number % 2 == 0 ? pair.left : pair.right;
        Object second = number % 2 == 0 ? pair.right : pair.left;
        synchronized (first) {
            pair.meet();
            synchronized (second) {
                pairs.clear();
            }
        }
    }

    private static void download(Reply reply, long bytes, long pauseMillis, int chunkBytes) throws IOException {
        reply.status(200);
        byte[] chunk = new byte[chunkBytes];
        try (OutputStream body = reply.body()) {
            for (long left = bytes; left > 0; left -= chunk.length) {
                body.write(chunk, 0, (int) Math.min(left, chunk.length));
                if (pauseMillis > 0) {
                    body.flush();
                    sleep(pauseMillis);
                }
            }
        }
    }

    private void events(Reply reply, long count, long pauseMillis) throws IOException {
        reply.status(200);
        Runnable complete = reply.detach();
        OutputStream body = reply.body();
        AtomicLong left = new AtomicLong(count);
        AtomicReference<Future<?>> beat = new AtomicReference<>();
        beat.set(events.scheduleAtFixedRate(
                () -> {
                    try {
                        body.write("data: tick\n\n".getBytes(UTF_8));
                        body.flush();
                        if (left.decrementAndGet() > 0) {
                            return;
                        }
                    } catch (IOException gone) {
                        // The client has hung up, which ends its stream.
                    }
                    complete.run();
                    beat.get().cancel(false);
                },
                pauseMillis,
                pauseMillis,
                TimeUnit.MILLISECONDS));
    }

    /** Executors that each run one task: every second one is shut down, the others are let go of. */
    private static void executors(int count) {
        for (int i = 0; i < count; i++) {
            ThreadPoolExecutor executor =
                    new ThreadPoolExecutor(1, 1, 10, TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>());
            executor.allowCoreThreadTimeOut(true);
            executor.execute(() -> sleep(1));
            if (i % 2 == 0) {
                executor.shutdown();
            }
        }
    }

    private static void spin(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    /** As a regular expression did in every worker of a content delivery network. */
    private void backtrack() {
        Pattern pattern = Pattern.compile("(.*)*,(.*)*;(.*)*=");
        String text = "x,".repeat(40);
        try {
            while (!freed) {
                pattern.matcher(new Endless(text)).matches();
            }
        } catch (Freed e) {
            // As meant.
        }
    }

    /** Goes on for a while: a descriptor that another thread had for a moment is free after the first refusal. */
    private void leak() {
        for (int refused = 0; refused < 100; ) {
            try {
                leaked.add(new FileInputStream("/dev/null"));
            } catch (IOException tooManyOpenFiles) {
                refused++;
                sleep(10);
            }
        }
    }

    private static void fillHeap(long holdMillis) {
        List<long[]> full = new ArrayList<>();
        try {
            while (true) {
                full.add(new long[1 << 16]);
            }
        } finally {
            sleep(full.isEmpty() ? 0 : holdMillis);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Freed extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    /** A text of which nothing matches any more once it is freed. */
    private final class Endless implements CharSequence {

        private final String text;

        Endless(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (freed) {
                throw new Freed();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }
    }

    /** A lock that a thread of no pool took and keeps until it is told to let go. */
    private static final class HeldLock {

        final ReentrantLock lock = new ReentrantLock();
        final CountDownLatch released = new CountDownLatch(1);

        HeldLock() {
            CountDownLatch taken = new CountDownLatch(1);
            Thread holder = new Thread(() -> hold(taken), "lock-holder");
            holder.setDaemon(true);
            holder.start();
            await(taken);
        }

        private void hold(CountDownLatch taken) {
            lock.lock();
            try {
                taken.countDown();
                await(released);
            } finally {
                lock.unlock();
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Two locks, and the meeting that makes sure that each of two threads holds one before it asks for the other. */
    private static final class Pair {

        final Object left = new Object();
        final Object right = new Object();
        private final CyclicBarrier both = new CyclicBarrier(2);

        void meet() {
            try {
                both.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The part of a URL behind the question mark. */
    private static final class Query {

        private final Map<String, String> values = new HashMap<>();

        Query(String text) {
            if (text == null || text.isEmpty()) {
                return;
            }
            for (String pair : text.split("&", -1)) {
                int equals = pair.indexOf('=');
                values.put(equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
            }
        }

        boolean has(String key) {
            return values.containsKey(key);
        }

        long number(String key, long otherwise) {
            String value = values.get(key);
            return value == null ? otherwise : Long.parseLong(value);
        }
    }
}
