package com.approck.healthcheck.it.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A JVM that the demo starts below a {@link ParentWatchdog}, so that it ends with the demo. */
final class Child {

    private static final int TO_START_SECONDS = 60;

    private final String name;
    private final Process process;
    private final CompletableFuture<Matcher> started = new CompletableFuture<>();

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /**
     * Starts {@code mainClass} on the JDK that runs the demo.
     *
     * @param startedLine what it says when it is up; the groups are asked for by {@link #awaitStarted}
     */
    static Child start(
            String name,
            List<String> jvmFlags,
            List<Path> classPath,
            String mainClass,
            List<String> args,
            Pattern startedLine,
            Consumer<String> say)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.add("-cp");
        command.add(String.join(
                File.pathSeparator, classPath.stream().map(Path::toString).toList()));
        command.add(ParentWatchdog.class.getName());
        command.add(mainClass);
        command.addAll(args);
        Child child = new Child(name, new ProcessBuilder(command).start());
        child.read(child.process.getInputStream(), startedLine, say);
        child.read(child.process.getErrorStream(), startedLine, say);
        return child;
    }

    /** Waits for the line that says that it is up; an {@link IOException} says why it is not. */
    Matcher awaitStarted() throws IOException, InterruptedException {
        try {
            return started.get(TO_START_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException(name + " is not up after " + TO_START_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitStatus() {
        return process.exitValue();
    }

    /** Asks it to end, and returns at once. */
    void ask() {
        process.destroy();
    }

    /** Waits for two seconds for it to end as it was asked to, and makes it then. */
    void end() {
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    private void complainUnlessStarted() {
        try {
            started.completeExceptionally(new IOException(name + " ended with status " + process.waitFor()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(InputStream stream, Pattern startedLine, Consumer<String> say) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
                        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                            Matcher matcher = startedLine.matcher(line);
                            if (matcher.find()) {
                                started.complete(matcher);
                            }
                            say.accept(line);
                        }
                    } catch (IOException e) {
                        // The child is gone, and with it what it had to say.
                    }
                    complainUnlessStarted();
                },
                name + "-output");
        reader.setDaemon(true);
        reader.start();
    }
}
