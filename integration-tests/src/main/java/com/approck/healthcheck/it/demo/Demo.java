package com.approck.healthcheck.it.demo;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code java -jar healthcheck-demo.jar}: see {@link Flags#USAGE}. Runs until Ctrl-C, and leaves no process behind. */
public final class Demo {

    private static final int WORKERS = 20;
    private static final String STUCK_AFTER = "10s";
    private static final long POLL_MILLIS = 200;
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");
    private static final Pattern APP_STARTED = Pattern.compile("^LISTENING (\\d+)$");
    private static final Pattern SIDECAR_STARTED =
            Pattern.compile("listening http://\\S+:(\\d+)(?: http://\\S+)* statsd://\\S+:(\\d+)");

    private final Flags flags;
    private final Path folder;
    private final Path agentJar;
    private final Path sidecarJar;
    private final List<Child> children = new CopyOnWriteArrayList<>();

    private volatile boolean ending;
    private int appPort;
    private int statsdPort;

    private Demo(Flags flags, Path folder) {
        this.flags = flags;
        this.folder = folder;
        this.agentJar =
                folder.resolve("../../agent/target/healthcheck-agent.jar").normalize();
        this.sidecarJar =
                folder.resolve("../../sidecar/target/healthcheck-sidecar.jar").normalize();
    }

    public static void main(String[] args) throws Exception {
        Flags flags = Flags.parse(args);
        if (!flags.problems().isEmpty()) {
            flags.problems().forEach(System.err::println);
            System.err.print(Flags.USAGE);
            System.exit(2);
        }
        Path jar = Path.of(
                Demo.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Demo demo = new Demo(flags, jar.getParent());
        Runtime.getRuntime().addShutdownHook(new Thread(demo::end, "end-children"));
        try {
            demo.run();
        } catch (IOException e) {
            // While the demo ends, its children are expected to end.
            if (!demo.ending) {
                System.err.println("demo: " + e.getMessage());
                System.exit(1);
            }
        }
    }

    private void run() throws IOException, InterruptedException {
        for (Path jar : List.of(agentJar, sidecarJar)) {
            if (!Files.isReadable(jar)) {
                throw new IOException("no " + jar + ": run mvn -q -DskipTests package first");
            }
        }
        requireFree(flags.appPort(), "--app-port");
        requireFree(flags.httpPort(), "--http-port");
        requireFreeDatagramPort(flags.statsdPort(), "--statsd-port");

        say("starting the sidecar ...");
        Child sidecar = startSidecar();
        Matcher ports = sidecar.awaitStarted();
        int httpPort = Integer.parseInt(ports.group(1));
        statsdPort = Integer.parseInt(ports.group(2));
        say("starting a Jetty of " + WORKERS + " threads with the agent ...");
        appPort = flags.appPort();
        Child app = startApp();
        printAddresses(app, httpPort);
        watch(sidecar, app, httpPort);
    }

    private Child startSidecar() throws IOException {
        String main;
        try (JarFile jar = new JarFile(sidecarJar.toFile())) {
            main = jar.getManifest().getMainAttributes().getValue("Main-Class");
        }
        return add(Child.start(
                "sidecar",
                List.of("-Xmx32m", "-XX:+UseSerialGC"),
                List.of(sidecarJar, demoJar()),
                main,
                List.of(
                        "--port", Integer.toString(flags.httpPort()),
                        "--statsd-port", Integer.toString(flags.statsdPort())),
                SIDECAR_STARTED,
                // Its log of changes is left out: the demo prints the same.
                line -> {
                    if (line.contains(" ERROR ")) {
                        say("sidecar: " + line);
                    }
                }));
    }

    private Child startApp() throws IOException, InterruptedException {
        Child app = add(Child.start(
                "app",
                List.of("-javaagent:" + agentJar + "=port=" + statsdPort + ",stuck-after=" + STUCK_AFTER),
                List.of(demoJar()),
                DemoApplication.class.getName(),
                List.of(Integer.toString(appPort), Integer.toString(WORKERS)),
                APP_STARTED,
                line -> {
                    if (!APP_STARTED.matcher(line).find()) {
                        say("app: " + line);
                    }
                }));
        appPort = Integer.parseInt(app.awaitStarted().group(1));
        return app;
    }

    private void printAddresses(Child app, int httpPort) {
        say("");
        say("  application     http://localhost:" + appPort + "/ping      pid " + app.pid());
        say("  live            http://localhost:" + httpPort + "/health/live");
        say("  ready           http://localhost:" + httpPort + "/health/ready");
        say("  in detail       http://localhost:" + httpPort + "/health/live?verbose");
        say("");
        say("Try, in another terminal, and watch the lines below:");
        suggestSignals(app);
        say("  for i in $(seq " + WORKERS + "); do curl -s localhost:" + appPort + "/hang & done"
                + "     make every worker hang for " + DemoApplication.HANG_SECONDS + " s; reported after "
                + STUCK_AFTER);
        say("Ctrl-C ends all of it.");
        say("");
    }

    private static void suggestSignals(Child app) {
        say("  kill -9 " + app.pid() + "     kill the application");
        say("  kill " + app.pid() + "        shut it down");
    }

    private void watch(Child sidecar, Child started, int httpPort) throws IOException, InterruptedException {
        ProbePoller probes = new ProbePoller(httpPort);
        Child app = started;
        boolean endReported = false;
        ProbePoller.Answers before = null;
        while (true) {
            if (!app.isAlive() && !endReported) {
                endReported = true;
                say(time() + "  the application has ended, status " + app.exitStatus()
                        + ": press Enter to start it again");
            }
            ProbePoller.Answers now = poll(probes, sidecar);
            if (!now.isLike(before)) {
                say(time() + "  live " + now.live() + "  ready " + now.ready() + "  workers "
                        + (now.workers().isEmpty() ? "-" : now.workers())
                        + (now.code().isEmpty() ? "" : "  " + now.code() + ": " + now.reason()));
                before = now;
            }
            // Read each time, so that an Enter from before the end does not count.
            boolean pressed = enterWasPressed();
            if (endReported && pressed) {
                say("starting the application again ...");
                app = startApp();
                endReported = false;
                suggestSignals(app);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static ProbePoller.Answers poll(ProbePoller probes, Child sidecar)
            throws IOException, InterruptedException {
        try {
            return probes.poll();
        } catch (IOException e) {
            throw new IOException(
                    sidecar.isAlive()
                            ? "the sidecar does not answer: " + e
                            : "the sidecar has ended, and so does the demo",
                    e);
        }
    }

    private static boolean enterWasPressed() throws IOException {
        boolean pressed = false;
        while (System.in.available() > 0) {
            pressed |= System.in.read() == '\n';
        }
        return pressed;
    }

    private Child add(Child child) {
        children.add(child);
        return child;
    }

    private void end() {
        ending = true;
        children.forEach(Child::terminate);
        children.forEach(Child::awaitEnd);
    }

    private Path demoJar() {
        return folder.resolve("healthcheck-demo.jar");
    }

    /** Checked here, so that a port in use is one line and not a stack trace of a child. */
    private static void requireFree(int port, String flag) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (BindException e) {
            throw inUse(port, flag, e);
        }
    }

    private static void requireFreeDatagramPort(int port, String flag) throws IOException {
        try (DatagramSocket probe = new DatagramSocket(null)) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (BindException e) {
            throw inUse(port, flag, e);
        }
    }

    private static IOException inUse(int port, String flag, BindException cause) {
        return new IOException("port " + port + " is in use: choose another with " + flag + " PORT", cause);
    }

    private static String time() {
        return LocalTime.now(ZoneId.systemDefault()).format(CLOCK);
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
