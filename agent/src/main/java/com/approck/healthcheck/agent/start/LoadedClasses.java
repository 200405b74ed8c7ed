package com.approck.healthcheck.agent.start;

import java.lang.instrument.Instrumentation;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Gives the names of the classes that the JVM has loaded without showing them to the agent's transformers: in a JVM that runs
 * already, and in one that starts from an ahead-of-time cache, whose classes it loads before any agent (JEP 483).
 *
 * <p>Thread-safe, if what takes the names is.
 */
final class LoadedClasses {
    /** Longer than it takes to define a class: to read those that it extends and implements, and to let other agents change them. */
    static final long AGAIN_AFTER_MILLIS = 5_000;

    private final Instrumentation instrumentation;
    private final Consumer<String> names;

    /** @param names takes internal names, the same ones again and again */
    LoadedClasses(Instrumentation instrumentation, Consumer<String> names) {
        this.instrumentation = instrumentation;
        this.names = names;
    }

    /** Gives the names of all classes that are loaded now, on this thread. */
    void look() {
        for (Class<?> loaded : instrumentation.getAllLoadedClasses()) {
            names.accept(loaded.getName().replace('.', '/'));
        }
    }

    /**
     * Looks once more, some time later, on a thread that ends with that: a class that was being defined when the transformers were
     * added is not shown to them, and is in the list of loaded classes only once it is defined.
     *
     * @param millis {@link #AGAIN_AFTER_MILLIS}, but for tests
     * @return the thread
     */
    Thread lookAgain(long millis) {
        Thread thread = new Thread(
                () -> {
                    try {
                        TimeUnit.MILLISECONDS.sleep(millis);
                    } catch (InterruptedException e) {
                        // By an application that interrupts every thread that it finds: then now.
                    }
                    look();
                },
                "healthcheck-start");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
        return thread;
    }
}
