package com.approck.healthcheck.it.bench;

import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The sender and the receiver in C, compiled by the machine's own compiler: Java would measure itself. */
final class LoadTools {

    private static final Duration TO_COMPILE = Duration.ofSeconds(60);
    private static final Pattern SENT = Pattern.compile("sent=(\\d+) .*dropped=(\\d+) received=(\\d+)");

    /** What a busy Gunicorn sends, and among it what counts. */
    private static final List<String> GUNICORN = List.of(
            "gunicorn.requests:1|c",
            "gunicorn.request.status.200:1|c",
            "gunicorn.request.duration:12.345|ms",
            "app.cache.hits:1|c|@0.1|#env:prod,pod:a-1",
            "gunicorn.workers:4|g|#env:prod");

    private static final List<String> OTHERS = GUNICORN.subList(0, 4);

    private final Path folder;

    private LoadTools(Path folder) {
        this.folder = folder;
    }

    /** Datagrams as the kernel counted them. */
    record Flood(long sent, long dropped, long received) {}

    /** Empty where there is no C compiler. */
    static Optional<LoadTools> compile() {
        try {
            Path folder = Files.createDirectories(Path.of("target", "it", "bench"));
            for (String tool : List.of("udpblast", "udpsink", "udpspoof")) {
                Path source = folder.resolve(tool + ".c");
                try (InputStream resource = LoadTools.class.getResourceAsStream("/bench/" + tool + ".c")) {
                    Files.write(source, resource.readAllBytes());
                }
                List<String> command = List.of(
                        "/usr/bin/env",
                        "cc",
                        "-O2",
                        "-w",
                        "-o",
                        folder.resolve(tool).toString(),
                        source.toString());
                try (ProcessUnderTest compiler = ProcessUnderTest.start("cc", Map.of(), command)) {
                    if (compiler.awaitExit(TO_COMPILE) != 0) {
                        return Optional.empty();
                    }
                }
            }
            return Optional.of(new LoadTools(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A loop around {@code recvfrom} that does nothing else. */
    ProcessUnderTest sink(int port) {
        return ProcessUnderTest.start(
                "udpsink", Map.of(), List.of(folder.resolve("udpsink").toString(), Integer.toString(port)));
    }

    /** Sends the mixed stream; a rate of 0 is as fast as it goes. */
    Flood flood(int port, Duration time, int perSecond) {
        return flood(port, time, perSecond, GUNICORN);
    }

    /** Sends only what does not count. */
    Flood floodOfOthers(int port, Duration time, int perSecond) {
        return flood(port, time, perSecond, OTHERS);
    }

    /** Sends that datagram from so many addresses of this machine. */
    void spoof(int port, int sources, int perSecond, String datagram) {
        List<String> command = List.of(
                folder.resolve("udpspoof").toString(),
                Integer.toString(port),
                Integer.toString(sources),
                Integer.toString(perSecond),
                datagram);
        try (ProcessUnderTest sender = ProcessUnderTest.start("udpspoof", Map.of(), command)) {
            if (sender.awaitExit(Duration.ofMinutes(2)) != 0) {
                throw new AssertionError(sender.describe());
            }
        }
    }

    private Flood flood(int port, Duration time, int perSecond, List<String> datagrams) {
        List<String> command = new ArrayList<>(List.of(
                folder.resolve("udpblast").toString(),
                "127.0.0.1",
                Integer.toString(port),
                Long.toString(time.toSeconds()),
                Integer.toString(perSecond)));
        command.addAll(datagrams);
        try (ProcessUnderTest sender = ProcessUnderTest.start("udpblast", Map.of(), command)) {
            MatchResult said = sender.awaitStdout(SENT.pattern(), time.plusSeconds(60));
            return new Flood(
                    Long.parseLong(said.group(1)), Long.parseLong(said.group(2)), Long.parseLong(said.group(3)));
        }
    }
}
