package com.approck.healthcheck.it.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.BuiltJars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in the two jars, as {@code unzip -l} would show it. */
final class JarContentIT {

    private static final Pattern AGENT =
            Pattern.compile("com/|com/approck/|com/approck/healthcheck/|com/approck/healthcheck/agent/"
                    + "|com/approck/healthcheck/agent/Agent(ClassLoader)?(\\$\\w+)?\\.class"
                    + "|com/approck/healthcheck/agent/bootstrap/((Hook|VirtualSlots)\\.class)?"
                    + "|META-INF/.*");

    private static final Pattern INSIDE_THE_AGENT = Pattern.compile(
            "META-INF/(agent|instrument)/(META-INF/(versions/(24/)?)?)?(com/(approck/(healthcheck/(agent/.*)?)?)?)?");

    private static final Pattern SIDECAR = Pattern.compile("com/|com/approck/|com/approck/healthcheck/"
            + "|com/approck/healthcheck/sidecar/.*"
            + "|(io/|io/undertow/|io/smallrye/).*|(org/|org/xnio/|org/wildfly/).*|(org/jboss/|org/jboss/logging/|org/jboss/threads/).*"
            + "|(tools/|tools/jackson/|com/fasterxml/|com/fasterxml/jackson/).*"
            + "|META-INF/.*");

    @Test
    void agentJar_holdsItsEntryTheBootHookAndRelocatedLibraries() throws IOException {
        List<String> names = names(BuiltJars.agent());
        assertEquals(Set.of(), strangers(names, AGENT));
        assertEquals(
                Set.of(),
                strangers(
                        names.stream()
                                .filter(name ->
                                        name.startsWith("META-INF/agent/") || name.startsWith("META-INF/instrument/"))
                                .toList(),
                        INSIDE_THE_AGENT));
        assertTrue(names.contains("com/approck/healthcheck/agent/Agent.class"));
        assertTrue(names.stream()
                .anyMatch(name -> name.startsWith("META-INF/instrument/") && name.contains("shaded/bytebuddy/asm/")));
        // Nothing of it where the agent's own class loader looks, which lives as long as the JVM.
        assertEquals(
                Set.of(),
                strangers(
                        names.stream()
                                .filter(name -> name.startsWith("META-INF/agent/") && name.contains("bytebuddy"))
                                .toList(),
                        Pattern.compile("")));
        assertTrue(names.stream().anyMatch(name -> name.startsWith("META-INF/agent/") && name.contains("statsd/")));
        assertEquals(
                List.of(), classesOfLibrariesUnder(names, "net/bytebuddy/", "org/objectweb/asm/", "com/timgroup/"));
    }

    @Test
    void agentJar_canBeLoadedAtStartAndAttached() throws IOException {
        try (JarFile jar = new JarFile(BuiltJars.agent().toFile())) {
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertEquals("com.approck.healthcheck.agent.Agent", manifest.getValue("Premain-Class"));
            assertEquals("com.approck.healthcheck.agent.Agent", manifest.getValue("Agent-Class"));
            assertEquals("true", manifest.getValue("Can-Retransform-Classes"));
        }
    }

    @Test
    void agentJar_isOfJava8AndOfThreeMegabytesAtMost() throws IOException {
        assertTrue(BuiltJars.agent().toFile().length() <= 3 << 20, "the agent's jar is too big");
        assertTrue(newestClassFile(BuiltJars.agent(), "com/approck/") <= 52, "a class newer than Java 8");
        assertTrue(
                newestClassFile(BuiltJars.agent(), "META-INF/agent/com/approck/") <= 52, "a class newer than Java 8");
        assertTrue(
                newestClassFile(BuiltJars.agent(), "META-INF/instrument/com/approck/") <= 52,
                "a class newer than Java 8");
    }

    @Test
    void sidecarJar_holdsItsOwnPackagesAndItsLibraries() throws IOException {
        List<String> names = names(BuiltJars.sidecar());
        assertEquals(Set.of(), strangers(names, SIDECAR));
        assertTrue(newestClassFile(BuiltJars.sidecar(), "com/approck/") <= 61, "a class newer than Java 17");
        try (JarFile jar = new JarFile(BuiltJars.sidecar().toFile())) {
            String main = jar.getManifest().getMainAttributes().getValue("Main-Class");
            assertTrue(names.contains(main.replace('.', '/') + ".class"), main);
        }
    }

    /** By versions: a new one has the licence looked at again. */
    @ParameterizedTest
    @ValueSource(strings = {"agent", "sidecar"})
    void everyLibraryInAJar_isThereWithItsLicence(String module) throws IOException {
        Set<String> libraries = matches(
                Files.readString(Path.of("..", module, "target", "libraries.txt")),
                "^\\s+([^:\\s]+:[^:\\s]+):jar:([^:\\s]+):");
        assertFalse(libraries.isEmpty(), "the build lists the libraries of " + module);
        Path path = module.equals("agent") ? BuiltJars.agent() : BuiltJars.sidecar();
        try (JarFile jar = new JarFile(path.toFile())) {
            assertTrue(text(jar, "META-INF/LICENSE").contains("MIT License"));
            String thirdParty = text(jar, "META-INF/THIRD-PARTY");
            assertEquals(libraries, matches(thirdParty, "^== (\\S+:\\S+):(\\S+) \\([\\w.-]+\\)"));
            Set<String> licences = jar.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.matches("META-INF/.*-LICENSE"))
                    .map(name -> name.substring("META-INF/".length()))
                    .collect(toCollection(TreeSet::new));
            Set<String> named = Pattern.compile("[\\w-]+-LICENSE")
                    .matcher(thirdParty)
                    .results()
                    .map(MatchResult::group)
                    .collect(toCollection(TreeSet::new));
            assertEquals(licences, named);
        }
    }

    private static Set<String> matches(String text, String regex) {
        return Pattern.compile(regex, Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(found -> found.group(1) + ":" + found.group(2))
                .collect(toCollection(TreeSet::new));
    }

    private static String text(JarFile jar, String name) throws IOException {
        return new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), UTF_8);
    }

    private static List<String> names(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(JarEntry::getName).toList();
        }
    }

    private static Set<String> strangers(List<String> names, Pattern allowed) {
        Set<String> strangers = new TreeSet<>(names);
        strangers.removeIf(name -> allowed.matcher(name).matches());
        return strangers;
    }

    private static List<String> classesOfLibrariesUnder(List<String> names, String... folders) {
        return names.stream()
                .filter(name -> name.endsWith(".class"))
                .filter(name -> List.of(folders).stream().anyMatch(name::contains))
                .toList();
    }

    private static int newestClassFile(Path jar, String folder) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            int newest = 0;
            for (JarEntry entry : file.stream()
                    .filter(entry -> entry.getName().startsWith(folder)
                            && entry.getName().endsWith(".class"))
                    .toList()) {
                byte[] head = file.getInputStream(entry).readNBytes(8);
                newest = Math.max(newest, ((head[6] & 0xff) << 8) | (head[7] & 0xff));
            }
            assertTrue(newest > 0, "no class below " + folder);
            return newest;
        }
    }
}
