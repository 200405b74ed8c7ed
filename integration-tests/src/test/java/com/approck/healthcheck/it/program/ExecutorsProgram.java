package com.approck.healthcheck.it.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;

/** Works without a server: each line on its stdin names the executor that is given a task which never ends. */
public final class ExecutorsProgram {

    private ExecutorsProgram() {}

    public static void main(String[] args) throws IOException {
        AtomicInteger threads = new AtomicInteger();
        Map<String, ExecutorService> executors = Map.of(
                "orders",
                Executors.newFixedThreadPool(4, task -> new Thread(task, "orders-" + threads.incrementAndGet())),
                "mails",
                new ForkJoinPool(3));
        executors.forEach((name, executor) -> executor.execute(() -> System.out.println("WORKS " + name)));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String name = line;
            executors.get(name).execute(() -> hang(name));
        }
    }

    private static void hang(String name) {
        System.out.println("HANGS " + name);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
