package com.approck.healthcheck.agent.pool;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On classes that are loaded from a jar once more, and on this test's own, which the system class loader has. */
final class AgentCodeTest {
    /** Handles requests, in a jar. */
    public static final class Handler {}

    /** Loads from that jar as well, and is itself in it. */
    public static final class LoaderInJar extends ClassLoader {
        public LoaderInJar(ClassLoader parent) {
            super(parent);
        }
    }

    private final List<String> arguments = new ArrayList<>(List.of("-Xmx64m"));
    private String classPath = "";
    private final AgentCode code = new AgentCode(() -> arguments, () -> classPath);

    @TempDir
    Path folder;

    @Test
    void jarThatTheCommandLineNames_isAnAgents() throws Exception {
        Path jar = jar("agent.jar");
        arguments.add("-javaagent:" + jar + "=port=8778");
        classPath = "app.jar" + File.pathSeparator + jar;
        assertTrue(code.isOfAgent(load(jar, Handler.class)));
        assertFalse(code.isOfAgent(load(jar("other.jar"), Handler.class)));
    }

    @Test
    void sameFileByAnotherPath_isAnAgents() throws Exception {
        Path jar = jar("agent.jar");
        arguments.add("-javaagent:" + folder.resolve("./agent.jar"));
        assertTrue(code.isOfAgent(load(jar, Handler.class)));
    }

    @Test
    void applicationThatIsItsOwnAgent_isTheApplication() throws Exception {
        Path jar = jar("app.jar");
        arguments.add("-javaagent:" + jar);
        classPath = jar + File.pathSeparator + jar;
        assertFalse(code.isOfAgent(load(jar, Handler.class)));
    }

    @Test
    void classThatAnAgentsClassLoaderLoads_isAnAgents() throws Exception {
        Path jar = jar("agent.jar");
        ClassLoader ofAgent = (ClassLoader) load(jar, LoaderInJar.class)
                .getConstructor(ClassLoader.class)
                .newInstance(ClassLoader.getSystemClassLoader());
        Class<?> loaded = load(jar("inside.jar"), Handler.class, ofAgent);
        assertFalse(code.isOfAgent(loaded));

        arguments.add("-javaagent:" + jar);
        AgentCode afterwards = new AgentCode(() -> arguments, () -> classPath);
        assertTrue(afterwards.isOfAgent(loaded));
    }

    @Test
    void classesOfTheJdkAndOfTheClassPath_areTheApplications() {
        classPath = System.getProperty("java.class.path");
        assertFalse(code.isOfAgent(String.class));
        assertFalse(code.isOfAgent(AgentCodeTest.class));
        assertFalse(code.isOfAgent(Test.class));
    }

    @Test
    void jarOfAWebApplicationThatCouldBeAttached_isTheApplications() throws Exception {
        assertFalse(code.isOfAgent(load(jar("web-inf-lib.jar"), Handler.class)), "another class loader has it");
    }

    private Path jar(String name) throws IOException {
        Path jar = folder.resolve(name);
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Agent-Class"), "some.Agent");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Class<?> type : List.of(Handler.class, LoaderInJar.class)) {
                String entry = type.getName().replace('.', '/') + ".class";
                out.putNextEntry(new JarEntry(entry));
                try (InputStream in = AgentCodeTest.class.getClassLoader().getResourceAsStream(entry)) {
                    in.transferTo(out);
                }
            }
        }
        return jar;
    }

    private static Class<?> load(Path jar, Class<?> type) throws Exception {
        return load(jar, type, ClassLoader.getPlatformClassLoader());
    }

    /** Loads a class of a jar in a loader of its own, whatever its parent has. */
    @SuppressWarnings("resource") // The classes live as long as the test.
    private static Class<?> load(Path jar, Class<?> type, ClassLoader parent) throws Exception {
        ClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, parent) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                return name.equals(type.getName()) ? findClass(name) : super.loadClass(name, resolve);
            }
        };
        return loader.loadClass(type.getName());
    }
}
