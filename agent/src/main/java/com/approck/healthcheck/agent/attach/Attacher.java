package com.approck.healthcheck.agent.attach;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.explain.OtherRoot;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** The command that attaches. By reflection, because the JDK's attach interface is in no Java 8 platform API. */
public final class Attacher {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_COMMAND = 2;

    private static final String EXPLAIN = "--explain";

    /** What the JDK says if the other JVM can't open the jar. */
    private static final String BAD_JAR = "Agent JAR not found";

    private static final String VIRTUAL_MACHINE = "com.sun.tools.attach.VirtualMachine";

    private Attacher() {}

    /**
     * Attaches the agent to the JVM that the arguments name, or prints what there is to see in it.
     *
     * @param jar the agent's own jar, which the other JVM loads
     * @return the exit code: 0 done, 1 not done, 2 the command is wrong
     */
    public static int run(PrintStream out, PrintStream err, File jar, String... arguments) {
        List<String> words = new ArrayList<>(Arrays.asList(arguments));
        boolean explain = words.remove(EXPLAIN);
        String wrong = wrong(words, jar);
        if (wrong != null) {
            err.println("healthcheck: " + wrong);
            return WRONG_COMMAND;
        }
        String pid = words.get(0);
        String settings = words.size() == 2 ? words.get(1) : "";
        if (isNoJvm(pid)) {
            // The attempt itself would harm it: it begins with a SIGQUIT.
            err.println(
                    "healthcheck: not attached: process " + pid
                            + " is no JVM; jps lists those of running JVMs, in containers too, with the pids that they have here");
            return FAILED;
        }
        String failure = explain ? new Question(pid, jar, settings).ask(out) : attach(pid, jar, settings);
        if (failure != null) {
            err.println("healthcheck: " + failure);
            return FAILED;
        }
        if (!explain) {
            out.println("healthcheck: attached to " + pid);
        }
        return DONE;
    }

    /** Returns what is wrong with the command; null if nothing is. */
    private static String wrong(List<String> words, File jar) {
        String usage = "usage: java -jar " + jar.getName() + " PID [key=value,key=value] [" + EXPLAIN + "]";
        for (String word : words) {
            if (word.startsWith("-")) {
                return "'" + word + "' is not an option; " + usage;
            }
        }
        if (words.isEmpty() || words.size() > 2) {
            return usage;
        }
        if (!words.get(0).matches("[0-9]{1,10}")) {
            return "'" + words.get(0) + "' is not a process identifier; jps lists those of running JVMs";
        }
        try {
            // The environment and the properties that count are the other JVM's.
            AgentConfig.read(words.size() == 2 ? words.get(1) : "", new Properties(), Collections.emptyMap());
        } catch (BadSettingException e) {
            return "not attached: " + e.getMessage();
        }
        return null;
    }

    private static String attach(String pid, File jar, String settings) {
        if (new OtherRoot(pid).isWithout(jar)) {
            return "not attached: process " + pid + " is in a container that has no file " + jar.getAbsolutePath()
                    + ": copy the jar there, to that path, and run this command again";
        }
        return attach(pid, jar.getAbsolutePath(), settings);
    }

    /**
     * Attaches; returns why that failed, or null.
     *
     * @param jar the path of the agent's jar as the other JVM names it
     */
    static String attach(String pid, String jar, String argument) {
        try {
            loadAgent(pid, jar, argument);
            return null;
        } catch (ClassNotFoundException e) {
            return "not attached: this Java runtime can't attach (it has no module jdk.attach); use a JDK's java";
        } catch (InvocationTargetException e) {
            return "not attached: " + reason(pid, jar, e.getCause());
        } catch (ReflectiveOperationException | IOException e) {
            return "not attached: " + e;
        }
    }

    private static void loadAgent(String pid, String jar, String argument)
            throws ReflectiveOperationException, IOException {
        Class<?> type = virtualMachine();
        Object machine = connect(type, pid);
        try {
            type.getMethod("loadAgent", String.class, String.class).invoke(machine, jar, argument);
        } finally {
            type.getMethod("detach").invoke(machine);
        }
    }

    private static Object connect(Class<?> type, String pid) throws ReflectiveOperationException {
        Method attach = type.getMethod("attach", String.class);
        try {
            return attach.invoke(null, pid);
        } catch (InvocationTargetException e) {
            if (AttachSocket.of(pid).deleteIfDead(e.getCause())) {
                return attach.invoke(null, pid);
            }
            throw e;
        }
    }

    private static Class<?> virtualMachine() throws ClassNotFoundException, IOException {
        try {
            return Class.forName(VIRTUAL_MACHINE, true, ClassLoader.getSystemClassLoader());
        } catch (ClassNotFoundException beforeJava9) {
            File tools = new File(System.getProperty("java.home"), "../lib/tools.jar");
            URL[] urls = {tools.getCanonicalFile().toURI().toURL()};
            // Not closed: the class that it gives is used until this short-lived JVM ends.
            return Class.forName(VIRTUAL_MACHINE, true, new URLClassLoader(urls));
        }
    }

    /** What went wrong, as far as it can be seen from outside, and what to do. */
    private static String reason(String pid, String jar, Throwable failure) {
        Path process = Paths.get("/proc", pid);
        if (Files.isDirectory(Paths.get("/proc/self")) && !Files.isDirectory(process)) {
            return "there is no process " + pid;
        }
        String owner = ownerOf(process);
        boolean ownJvm = owner == null || owner.equals(System.getProperty("user.name"));
        String deadSocket = AttachSocket.of(pid).problem(failure, ownJvm);
        if (deadSocket != null) {
            return deadSocket;
        }
        OtherRoot root = new OtherRoot(pid);
        if (!ownJvm && !root.isVisible()) {
            return "process " + pid + " belongs to the user " + owner + "; run this command as that user (" + failure
                    + ")";
        }
        if (root.isWithoutTemporaryFolder()) {
            return "process " + pid
                    + " has no folder /tmp that can be written to, and a JVM can only be attached to by a socket"
                    + " there: mount one, in Kubernetes an emptyDir, and start it again (" + failure.getMessage() + ")";
        }
        String name = failure.getClass().getSimpleName();
        if (name.equals("AgentLoadException")
                && String.valueOf(failure.getMessage()).contains(BAD_JAR)) {
            return "JVM " + pid + " can't open " + jar
                    + ": its user may not read it; copy the jar to a folder that everybody" + " can read ("
                    + failure.getMessage() + ")";
        }
        if (name.equals("AgentLoadException") || name.equals("AgentInitializationException")) {
            return "JVM " + pid + " refused the agent, as one does that runs with -XX:-EnableDynamicAgentLoading ("
                    + failure.getMessage() + ")";
        }
        if (name.equals("AttachNotSupportedException") || failure instanceof IOException) {
            return "process " + pid + " does not answer: it is no JVM, it runs with -XX:+DisableAttachMechanism, it"
                    + " is stopped, or it can't write to its /tmp (" + failure.getMessage() + ")";
        }
        return failure.toString();
    }

    /** Whether it is known, where Linux shows what a process has mapped, that there is no JVM in it. */
    private static boolean isNoJvm(String pid) {
        try (Stream<String> maps = Files.lines(Paths.get("/proc", pid, "maps"), StandardCharsets.ISO_8859_1)) {
            return maps.noneMatch(line -> line.contains("libjvm") || line.contains("libj9vm"));
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    private static String ownerOf(Path process) {
        try {
            return Files.getOwner(process).getName();
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }
}
