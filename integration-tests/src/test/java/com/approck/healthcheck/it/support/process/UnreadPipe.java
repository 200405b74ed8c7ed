package com.approck.healthcheck.it.support.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A named pipe for the stderr of a process. It is open at both ends, and nobody reads it unless the test does. */
public final class UnreadPipe implements AutoCloseable {

    private static final Duration TO_SAY = Duration.ofSeconds(30);

    private final Path path;
    private final RandomAccessFile bothEnds;

    private UnreadPipe(Path path, RandomAccessFile bothEnds) {
        this.path = path;
        this.bothEnds = bothEnds;
    }

    public static UnreadPipe make(Path path) throws IOException {
        String said = run(new ProcessBuilder("mkfifo", path.toString()));
        if (!said.isEmpty()) {
            throw new IOException(said);
        }
        return new UnreadPipe(path, new RandomAccessFile(path.toFile(), "rw"));
    }

    /** The same command, with its stderr at the pipe. */
    public List<String> asStderrOf(List<String> command) {
        List<String> all = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>\"$0\"", path.toString()));
        all.addAll(command);
        return all;
    }

    /** Reads one line, without its end; waits for it. */
    public String readLine() throws IOException {
        try (FileInputStream reading = new FileInputStream(path.toFile())) {
            Await.until(TO_SAY, () -> hasBytes(reading), () -> "there is a line in the pipe");
        }
        return bothEnds.readLine();
    }

    private static boolean hasBytes(InputStream in) {
        try {
            return in.available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes until the kernel takes not one byte more. */
    public void fill() throws IOException {
        for (int blockBytes : new int[] {4096, 1}) {
            ProcessBuilder dd =
                    new ProcessBuilder("dd", "if=/dev/zero", "of=" + path, "bs=" + blockBytes, "oflag=nonblock");
            dd.environment().put("LC_ALL", "C");
            String said = run(dd);
            if (!said.contains("Resource temporarily unavailable")) {
                throw new IOException("the pipe is not full: " + said);
            }
        }
    }

    private static String run(ProcessBuilder command) throws IOException {
        Process process = command.redirectErrorStream(true).start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), UTF_8);
            process.waitFor();
            return said;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            bothEnds.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
