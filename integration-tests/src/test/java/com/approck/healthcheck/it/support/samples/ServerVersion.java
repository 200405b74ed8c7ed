package com.approck.healthcheck.it.support.samples;

import com.approck.healthcheck.it.support.process.Jdk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One line of {@code servers.txt}.
 *
 * @param sample the simple name of the program that embeds the server
 * @param oldestJdk the feature release from which this version runs
 * @param everyScenario whether it is one of the few that every scenario runs on
 * @param workers what the agent must find with the server's own defaults on two processors
 * @param withOneHung what it must find once one request hangs
 * @param options of the sample, always given
 * @param coordinates what the class path is resolved from
 * @param natives whether libraries of machine code are on the class path
 * @param newestJdkOnly whether the tests run it on the newest JDK of this machine alone
 */
public record ServerVersion(
        String name,
        String version,
        String sample,
        int oldestJdk,
        boolean everyScenario,
        int workers,
        int withOneHung,
        List<String> options,
        List<String> coordinates,
        boolean natives,
        boolean newestJdkOnly) {

    private static final String TABLE = "/servers.txt";
    private static final String NO_NATIVES = "no-natives";
    private static final String NEWEST_JDK_ONLY = "newest-jdk-only";

    /** A server on a JDK that it runs on. */
    public record OnJdk(ServerVersion server, Jdk jdk) {

        @Override
        public String toString() {
            return server + ", " + jdk;
        }
    }

    /** A program that is not in the table, for a test of its own. */
    public static ServerVersion untabled(String name, String version, String sample, String... coordinates) {
        return new ServerVersion(
                name,
                version,
                sample,
                Jdk.running().feature(),
                false,
                0,
                0,
                List.of(),
                List.of(coordinates),
                true,
                false);
    }

    public static List<ServerVersion> all() {
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(ServerVersion.class.getResourceAsStream(TABLE), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(ServerVersion::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The versions that every scenario runs on, on every JDK of this machine that they run on. */
    public static Stream<OnJdk> onEveryJdk() {
        return allOnEveryJdk().filter(server -> server.server().everyScenario());
    }

    /**
     * Every version on every JDK of this machine that it runs on; with {@code -Dservers=name,name-version}, only those of
     * such a name or id.
     */
    public static Stream<OnJdk> allOnEveryJdk() {
        return all().stream()
                .filter(ServerVersion::isWanted)
                .flatMap(server -> server.jdks().map(jdk -> new OnJdk(server, jdk)));
    }

    /** The JDKs of this machine that it is tested on. */
    private Stream<Jdk> jdks() {
        List<Jdk> all = Jdk.all();
        return all.stream()
                .filter(jdk -> jdk.feature() >= oldestJdk)
                .filter(jdk -> !newestJdkOnly || jdk.equals(all.get(all.size() - 1)));
    }

    /** Whether {@code -Dservers=name,name-version} names it, or is not given. */
    public boolean isWanted() {
        List<String> wanted = List.of(System.getProperty("servers", "").split(",", -1));
        return wanted.equals(List.of("")) || wanted.contains(name) || wanted.contains(id());
    }

    /** Of each of these servers the version that stands first in the table, on every JDK that it runs on. */
    public static Stream<OnJdk> newestOnEveryJdk(String... names) {
        return newest(Integer.MAX_VALUE, names).flatMap(server -> server.jdks().map(jdk -> new OnJdk(server, jdk)));
    }

    /** Of each of these servers the newest version that runs on every JDK of this machine. */
    public static Stream<ServerVersion> newestForEveryJdk(String... names) {
        return newest(Jdk.all().get(0).feature(), names);
    }

    private static Stream<ServerVersion> newest(int jdk, String... names) {
        return Stream.of(names)
                .map(name -> all().stream()
                        .filter(server -> server.name().equals(name) && server.oldestJdk() <= jdk)
                        .findFirst()
                        .orElseThrow());
    }

    /** Unique in the table, and fit for a file name. */
    public String id() {
        return name + "-" + version;
    }

    @Override
    public String toString() {
        return name + " " + version;
    }

    private static ServerVersion parse(String line) {
        String[] words = line.split("\\s+");
        if (words.length < 8) {
            throw new IllegalStateException(
                    TABLE + ": want name, version, sample, JDK, scenarios, workers, hung and coordinates: " + line);
        }
        List<String> options = new ArrayList<>();
        List<String> coordinates = new ArrayList<>();
        for (String word : List.of(words).subList(7, words.length)) {
            if (word.startsWith("+")) {
                options.add(word.substring(1));
            } else if (!List.of("-", NO_NATIVES, NEWEST_JDK_ONLY).contains(word)) {
                coordinates.add(word.replace("{}", words[1]));
            }
        }
        return new ServerVersion(
                words[0],
                words[1],
                words[2],
                Integer.parseInt(words[3]),
                words[4].equals("every"),
                Integer.parseInt(words[5]),
                Integer.parseInt(words[6]),
                List.copyOf(options),
                List.copyOf(coordinates),
                !List.of(words).contains(NO_NATIVES),
                List.of(words).contains(NEWEST_JDK_ONLY));
    }
}
