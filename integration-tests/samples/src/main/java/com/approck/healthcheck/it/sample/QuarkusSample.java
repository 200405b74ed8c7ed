package com.approck.healthcheck.it.sample;

import io.quarkus.runtime.util.NoopShutdownScheduledExecutorService;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxBuilder;
import org.jboss.threads.EnhancedQueueExecutor;

/** Vert.x with the executor that Quarkus gives it for what blocks (ExecutorRecorder), which has 20 threads here. */
public final class QuarkusSample {

    private QuarkusSample() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Vertx vertx = new VertxBuilder()
                .executorServiceFactory((threadFactory, concurrency, maxConcurrency) ->
                        new NoopShutdownScheduledExecutorService(new EnhancedQueueExecutor.Builder()
                                .setCorePoolSize(1)
                                .setMaximumPoolSize(20)
                                .setThreadFactory(threadFactory)
                                .build()))
                .init()
                .vertx();
        Program.run(options, new VertxSample(options, vertx));
    }
}
