package com.approck.healthcheck.agent.attach;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.BadSettingException;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.Properties;
import java.util.stream.Stream;

/** The command that attaches. By reflection, because the JDK's attach interface is in no Java 8 platform API. */
public final class Attacher {
    private static final int ATTACHED = 0;
    private static final int FAILED = 1;
    private static final int WRONG_COMMAND = 2;

    private static final String VIRTUAL_MACHINE = "com.sun.tools.attach.VirtualMachine";

    private Attacher() {}

    /**
     * Attaches the agent to the JVM that the arguments name.
     *
     * @param jar the agent's own jar, which the other JVM loads
     * @return the exit code: 0 attached, 1 not attached, 2 the command is wrong
     */
    public static int run(PrintStream out, PrintStream err, File jar, String... arguments) {
        if (arguments.length == 0 || arguments.length > 2) {
            err.println("healthcheck: usage: java -jar " + jar.getName() + " PID [key=value,key=value]");
            return WRONG_COMMAND;
        }
        String pid = arguments[0];
        String settings = arguments.length == 2 ? arguments[1] : "";
        if (!pid.matches("[0-9]{1,10}")) {
            err.println("healthcheck: '" + pid + "' is not a process identifier; jps lists those of running JVMs");
            return WRONG_COMMAND;
        }
        try {
            // The environment and the properties that count are the other JVM's.
            AgentConfig.read(settings, new Properties(), Collections.emptyMap());
        } catch (BadSettingException e) {
            err.println("healthcheck: not attached: " + e.getMessage());
            return WRONG_COMMAND;
        }
        if (isNoJvm(pid)) {
            // The attempt itself would harm it: it begins with a SIGQUIT.
            err.println("healthcheck: not attached: process " + pid + " is no JVM");
            return FAILED;
        }
        try {
            attach(pid, jar, settings);
            out.println("healthcheck: attached to " + pid);
            return ATTACHED;
        } catch (ClassNotFoundException e) {
            err.println("healthcheck: not attached: this Java runtime can't attach (it has no module jdk.attach);"
                    + " use a JDK's java");
        } catch (InvocationTargetException e) {
            err.println("healthcheck: not attached: " + reason(pid, e.getCause()));
        } catch (ReflectiveOperationException | IOException e) {
            err.println("healthcheck: not attached: " + e);
        }
        return FAILED;
    }

    private static void attach(String pid, File jar, String settings) throws ReflectiveOperationException, IOException {
        Class<?> type = virtualMachine();
        Object machine = type.getMethod("attach", String.class).invoke(null, pid);
        try {
            type.getMethod("loadAgent", String.class, String.class).invoke(machine, jar.getAbsolutePath(), settings);
        } finally {
            type.getMethod("detach").invoke(machine);
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
    private static String reason(String pid, Throwable failure) {
        Path process = Paths.get("/proc", pid);
        if (Files.isDirectory(Paths.get("/proc/self")) && !Files.isDirectory(process)) {
            return "there is no process " + pid;
        }
        String owner = ownerOf(process);
        if (owner != null && !owner.equals(System.getProperty("user.name"))) {
            return "process " + pid + " belongs to the user " + owner + "; run this command as that user (" + failure
                    + ")";
        }
        String name = failure.getClass().getSimpleName();
        if (name.equals("AgentLoadException") || name.equals("AgentInitializationException")) {
            return "JVM " + pid + " refused the agent, as one does that runs with -XX:-EnableDynamicAgentLoading ("
                    + failure.getMessage() + ")";
        }
        if (name.equals("AttachNotSupportedException") || failure instanceof IOException) {
            return "process " + pid + " does not answer: it is no JVM, it runs with -XX:+DisableAttachMechanism, or it"
                    + " is stopped (" + failure.getMessage() + ")";
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
