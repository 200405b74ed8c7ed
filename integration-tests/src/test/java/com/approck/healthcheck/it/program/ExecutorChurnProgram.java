package com.approck.healthcheck.it.program;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Makes, uses and drops as many executors as its argument says; prints the bytes in use before and after. */
public final class ExecutorChurnProgram {

    private static final int FIRST = 500;

    private ExecutorChurnProgram() {}

    public static void main(String[] args) throws Exception {
        // All that is made once is made now: classes, the agent's own tables.
        churn(FIRST);
        long before = usedBytes();
        churn(Integer.parseInt(args[0]));
        System.out.println("GREW " + (usedBytes() - before));
    }

    private static void churn(int executors) throws Exception {
        for (int i = 0; i < executors; i++) {
            ExecutorService executor = Executors.newFixedThreadPool(1);
            executor.submit(() -> {}).get();
            executor.shutdown();
            if (i % 2 == 0 && !executor.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("executor " + i + " does not end");
            }
        }
    }

    /** After the agent has had the time to look at what is gone, and the collector to take it. */
    private static long usedBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            Thread.sleep(500);
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
