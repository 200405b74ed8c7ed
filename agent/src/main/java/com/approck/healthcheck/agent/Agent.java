package com.approck.healthcheck.agent;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.security.ProtectionDomain;
import java.util.Collections;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * The entry that the JVM calls, at start ({@code -javaagent}) or in a running JVM (attach).
 *
 * <p>It only opens the door: it makes the agent's own class loader and hands over. Nothing that it does ever throws into
 * the JVM; what goes wrong is one line on stderr, and the application runs on without the agent.
 */
public final class Agent {
    private static final String STARTER = "com.approck.healthcheck.agent.start.AgentStarter";

    private static final String ATTACHER = "com.approck.healthcheck.agent.attach.Attacher";

    private static final String POLICY = "; the policy of the security manager must say: grant codeBase"
            + " \"file:/path/to/healthcheck-agent.jar\" { permission java.security.AllPermission; };";

    /** At the beginning of an argument by which the agent is asked for what it sees; a request follows. */
    private static final String EXPLAIN = "--explain ";

    private static boolean installed;

    /** Explains what the agent that is at work sees; null if none is. */
    private static Consumer<String> running;

    private Agent() {}

    /**
     * Called by the JVM before the application's {@code main}, which does not wait for the agent to load its classes: what the
     * application has loaded until then is found as in a JVM that runs. Never throws.
     */
    public static void premain(String arguments, Instrumentation instrumentation) {
        if (!enabled(arguments)) {
            return;
        }
        StartThread thread = null;
        try {
            thread = new StartThread(arguments, instrumentation);
            instrumentation.addTransformer(thread, true);
            thread.start();
        } catch (Throwable e) {
            if (thread != null) {
                instrumentation.removeTransformer(thread);
            }
            warn(e);
        }
    }

    /** Called by the JVM when the agent is attached while the application runs, or asked what it sees. Never throws. */
    public static void agentmain(String arguments, Instrumentation instrumentation) {
        if (arguments != null && arguments.startsWith(EXPLAIN)) {
            explain(arguments.substring(EXPLAIN.length()), instrumentation);
        } else if (enabled(arguments)) {
            install(arguments, instrumentation, null);
        }
    }

    /**
     * Attaches the agent to a running JVM, or with {@code --explain} prints what there is to see in it: {@code java -jar
     * healthcheck-agent.jar PID [key=value,...] [--explain]}. Exits with 0 if that was done, with 1 if it can't be and with
     * 2 if the command is wrong; a sentence on stderr says why.
     */
    public static void main(String[] arguments) throws Exception {
        File jar = jar();
        Object exitCode = AgentClassLoader.load(ATTACHER, jar)
                .getMethod("run", PrintStream.class, PrintStream.class, File.class, String[].class)
                .invoke(null, System.out, System.err, jar, arguments);
        System.exit((Integer) exitCode);
    }

    /**
     * The jar that this class is from; if that is gone, as the copy in a container is after a question, another one that the JVM
     * was given.
     */
    private static File jar() throws IOException, URISyntaxException {
        File own = new File(
                Agent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (own.exists()) {
            return own;
        }
        String classFile = Agent.class.getName().replace('.', '/') + ".class";
        for (URL url : Collections.list(Agent.class.getClassLoader().getResources(classFile))) {
            URLConnection connection = url.openConnection();
            if (connection instanceof JarURLConnection) {
                File other =
                        new File(((JarURLConnection) connection).getJarFileURL().toURI());
                if (other.exists()) {
                    return other;
                }
            }
        }
        return own;
    }

    /**
     * A second call, by the agent named twice or attached again, changes nothing.
     *
     * @param loaded gives the names of the classes that were loaded while the agent was not there yet; null if they are unknown
     */
    @SuppressWarnings(
            "unchecked") // What is started is of a class loader of its own, and only types of the JDK are common.
    private static synchronized void install(
            String arguments, Instrumentation instrumentation, Consumer<Consumer<String>> loaded) {
        try {
            if (installed) {
                return;
            }
            installed = true;
            File jar = jar();
            running = (Consumer<String>) AgentClassLoader.load(STARTER, jar)
                    .getMethod("start", String.class, Instrumentation.class, File.class, Consumer.class)
                    .invoke(null, arguments, instrumentation, jar, loaded);
        } catch (Throwable e) {
            warn(e);
        }
    }

    private static void warn(Throwable e) {
        System.err.println("healthcheck: agent off: it could not start: " + e
                + (e.getCause() == null ? "" : ": " + e.getCause())
                + (e instanceof SecurityException || e.getCause() instanceof SecurityException ? POLICY : ""));
    }

    private static synchronized void explain(String request, Instrumentation instrumentation) {
        try {
            if (running != null) {
                running.accept(request);
            } else {
                AgentClassLoader.load(STARTER, jar())
                        .getMethod("look", String.class, Instrumentation.class)
                        .invoke(null, request, instrumentation);
            }
        } catch (Throwable e) {
            System.err.println("healthcheck: can't explain: " + e + (e.getCause() == null ? "" : ": " + e.getCause()));
        }
    }

    /**
     * Whether {@code enabled} is anything but {@code false}. Read here and not with the other settings, because an agent
     * that is switched off loads no class but this one. An argument beats the property, which beats the environment. False, with
     * a line on stderr, if they can't be read.
     */
    private static boolean enabled(String arguments) {
        String value;
        try {
            value = System.getProperty("healthcheck.enabled", System.getenv("HEALTHCHECK_ENABLED"));
        } catch (RuntimeException e) {
            warn(e);
            return false;
        }
        if (arguments != null) {
            for (String argument : arguments.split(",", -1)) {
                String trimmed = argument.trim();
                if (trimmed.startsWith("enabled=")) {
                    value = trimmed.substring("enabled=".length());
                }
            }
        }
        return value == null || !value.trim().toLowerCase(Locale.ROOT).equals("false");
    }

    /**
     * Starts the agent, and takes note of the classes that are loaded meanwhile: a class that is being defined when the agent's own
     * transformers are added is not shown to them, and is in no list of loaded classes yet.
     *
     * <p>No lambda: the first one of a JVM takes tens of milliseconds.
     */
    private static final class StartThread extends Thread implements ClassFileTransformer, Consumer<Consumer<String>> {
        private final String arguments;
        private final Instrumentation instrumentation;
        private final Queue<String> loaded = new ConcurrentLinkedQueue<>();
        private volatile Consumer<String> onLoaded;

        StartThread(String arguments, Instrumentation instrumentation) {
            super("healthcheck-start");
            this.arguments = arguments;
            this.instrumentation = instrumentation;
            setDaemon(true);
            setContextClassLoader(null);
        }

        @Override
        public void run() {
            try {
                install(arguments, instrumentation, this);
            } finally {
                instrumentation.removeTransformer(this);
            }
        }

        @Override
        @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
        public byte[] transform(
                ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
            if (name != null) {
                loaded.add(name);
                handOver();
            }
            return null;
        }

        /** Gives the internal names of the classes that were loaded so far, and of those that still come here. */
        @Override
        public void accept(Consumer<String> names) {
            onLoaded = names;
            handOver();
        }

        /** On both sides after a write, so that one of them sees the other's. */
        private void handOver() {
            if (onLoaded != null) {
                for (String name = loaded.poll(); name != null; name = loaded.poll()) {
                    onLoaded.accept(name);
                }
            }
        }
    }
}
