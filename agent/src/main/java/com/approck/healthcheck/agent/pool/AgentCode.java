package com.approck.healthcheck.agent.pool;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.CodeSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;

/**
 * Distinguishes code that another agent brought into the JVM from that of the application, by the jar that a class comes from. Such a
 * jar is named by {@code -javaagent}, or its manifest says that it can be attached and the class path does not name it.
 * Thread-safe.
 */
final class AgentCode {
    private static final String OPTION = "-javaagent:";

    private final Supplier<List<String>> jvmArguments;
    private final Supplier<String> classPath;

    /** Classes are held weakly, and so are the loaders of web applications. */
    private final Map<Class<?>, Boolean> known = new WeakHashMap<>();

    AgentCode() {
        this(AgentCode::jvmArguments, () -> System.getProperty("java.class.path", ""));
    }

    /**
     * @param jvmArguments the options of the JVM's command line and of the variables that add to it
     * @param classPath the class path, to which the JVM adds each jar of {@code -javaagent}
     */
    AgentCode(Supplier<List<String>> jvmArguments, Supplier<String> classPath) {
        this.jvmArguments = jvmArguments;
        this.classPath = classPath;
    }

    /** Returns whether a class comes from another agent's jar, or is loaded by a class loader that does. */
    synchronized boolean isOfAgent(Class<?> type) {
        if (type.getClassLoader() == AgentCode.class.getClassLoader()) {
            // Ours: a group of consumers stands for the application's.
            return false;
        }
        Boolean known = this.known.get(type);
        if (known == null) {
            known = isFromAgentJar(type);
            ClassLoader loader = type.getClassLoader();
            while (!known && loader != null) {
                known = isFromAgentJar(loader.getClass());
                loader = loader.getParent();
            }
            this.known.put(type, known);
        }
        return known;
    }

    private boolean isFromAgentJar(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        File jar = source == null || source.getLocation() == null
                ? null
                : fileOf(source.getLocation().toString());
        return jar != null && isAgentJar(jar, type.getClassLoader() == ClassLoader.getSystemClassLoader());
    }

    /** Returns the file of {@code file:/path/agent.jar} and of {@code jar:file:/path/agent.jar!/inside/}; null if it is none. */
    private static File fileOf(String location) {
        String url = location.startsWith("jar:") ? location.substring("jar:".length()) : location;
        int inside = url.indexOf("!/");
        try {
            return canonical(new File(new URI(inside < 0 ? url : url.substring(0, inside))));
        } catch (URISyntaxException | IllegalArgumentException e) {
            // Not a file: a module of the JDK, or a scheme of the application's own.
            return null;
        }
    }

    private static File canonical(File file) {
        try {
            return file.getCanonicalFile();
        } catch (IOException e) {
            return file.getAbsoluteFile();
        }
    }

    /** @param mayBeAttached the JVM adds the jars of agents that are attached to the system class loader */
    private boolean isAgentJar(File jar, boolean mayBeAttached) {
        int named = 0;
        for (String argument : jvmArguments.get()) {
            if (argument.startsWith(OPTION)) {
                String path = argument.substring(OPTION.length());
                int options = path.indexOf('=');
                File agent = new File(options < 0 ? path : path.substring(0, options));
                named += canonical(agent).equals(jar) ? 1 : 0;
            }
        }
        int onClassPath = 0;
        for (String entry : classPath.get().split(Pattern.quote(File.pathSeparator), -1)) {
            onClassPath += canonical(new File(entry)).equals(jar) ? 1 : 0;
        }
        // An application may be its own agent: then the class path names its jar once more.
        return named > 0 ? onClassPath <= named : mayBeAttached && onClassPath == 0 && canBeAttached(jar);
    }

    private static boolean canBeAttached(File file) {
        if (!file.isFile()) {
            return false;
        }
        try (JarFile jar = new JarFile(file, false)) {
            Manifest manifest = jar.getManifest();
            return manifest != null
                    && manifest.getMainAttributes().getValue(new Attributes.Name("Agent-Class")) != null;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> jvmArguments() {
        try {
            return ManagementFactory.getRuntimeMXBean().getInputArguments();
        } catch (LinkageError | RuntimeException e) {
            // A runtime without the module java.management, or a policy that forbids it: then by manifests alone.
            return Collections.emptyList();
        }
    }
}
