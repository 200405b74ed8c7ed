package com.approck.healthcheck.it.demo;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs the {@code main} of another class, and ends this JVM when standard input ends. The parent process holds the other
 * end of that pipe, so its children end however it dies, also by SIGKILL.
 */
public final class ParentWatchdog {

    private ParentWatchdog() {}

    /** The first argument is the class to run; it gets the others. */
    @SuppressWarnings("SystemExitOutsideMain") // The watchdog ends the JVM from its own thread.
    public static void main(String[] args) throws ReflectiveOperationException {
        Thread watchdog = new Thread(ParentWatchdog::haltAtEndOfInput, "parent-watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
            System.exit(1);
        }
    }

    private static void haltAtEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // The parent lives as long as the pipe is open.
            }
        } catch (IOException e) {
            // A broken pipe means the same as its end.
        }
        Runtime.getRuntime().halt(0);
    }
}
