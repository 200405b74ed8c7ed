package com.approck.healthcheck.it.support.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.approck.healthcheck.it.support.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A process in a container such as an engine makes: first in a list of processes of its own, with another root, in which there is
 * the JDK and nothing of ours, and run by the user nobody. Only root, and not in every container, can make one.
 */
public final class Container {

    private static final Duration SOON = Duration.ofSeconds(60);

    /** The root is gone with the last process that has it. {@code $1} is its folder, {@code $2} the JDK. */
    private static final String SET_UP = """
            set -e
            mount -t tmpfs root "$1"
            cd "$1"
            mkdir -m 1777 tmp
            mkdir usr etc dev proc
            mount --bind /usr usr
            mount --bind /etc etc
            mount --bind /dev dev
            mount -t proc proc proc
            for link in bin lib lib64; do ln -s usr/$link $link; done
            case "$2" in /usr/*) ;; *) mkdir -p ".$2"; mount --bind "$2" ".$2";; esac
            root="$1"
            shift 2
            exec chroot "$root" setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
            """;

    private final ProcessUnderTest outside;

    private Container(ProcessUnderTest outside) {
        this.outside = outside;
    }

    /** Starts a command of a JDK in a new container, or skips the test. */
    public static Container start(TestProcesses processes, Jdk jdk, String tool, String... arguments) {
        List<String> unshare = List.of("unshare", "--mount", "--pid", "--fork", "--kill-child");
        List<String> trial = new ArrayList<>(unshare);
        trial.add("true");
        ProcessUnderTest tried = processes.process("unshare", Map.of(), trial);
        assumeTrue(tried.awaitExit(SOON) == 0, "this process may not make a container: " + tried.stderr());
        List<String> command = new ArrayList<>(unshare);
        command.addAll(List.of(
                "sh",
                "-c",
                SET_UP,
                "sh",
                newFolder().toString(),
                jdk.home().toString(),
                jdk.tool(tool).toString()));
        command.addAll(List.of(arguments));
        return new Container(processes.process("container", Map.of(), command));
    }

    /** The process that waits for the one in the container, and has its output. */
    public ProcessUnderTest outside() {
        return outside;
    }

    /** The process's number here; in the container it is 1. */
    public long pid() {
        return outside.handle().children().findFirst().orElseThrow().pid();
    }

    /** The names of the files in its {@code /tmp} that are no JVM's. */
    public List<String> temporaryFiles() throws IOException {
        try (Stream<Path> files = Files.list(root().resolve("tmp"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith("hsperfdata_") && !name.startsWith(".java_pid"))
                    .toList();
        }
    }

    /** Puts a file into the container, under the same path; returns where it is, as seen from here. */
    public Path copy(Path file) throws IOException {
        Path there = root().resolve(Path.of("/").relativize(file.toAbsolutePath()));
        Files.createDirectories(there.getParent());
        return Files.copy(file, there);
    }

    private Path root() {
        return Path.of("/proc", Long.toString(pid()), "root");
    }

    private static Path newFolder() {
        try {
            Path folder = Files.createTempDirectory("healthcheck-container-");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
