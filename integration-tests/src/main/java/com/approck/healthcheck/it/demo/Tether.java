package com.approck.healthcheck.it.demo;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Runs another class's {@code main} on a leash: when standard input ends, so does this JVM. The one who holds the other
 * end may die in any way, by SIGKILL too, and leaves no process behind.
 */
public final class Tether {

    private Tether() {}

    /** The first argument is the class to run, the others are its own. */
    @SuppressWarnings("SystemExitOutsideMain") // The leash has to end the JVM from its own thread.
    public static void main(String[] args) throws ReflectiveOperationException {
        Thread leash = new Thread(Tether::awaitEnd, "tether");
        leash.setDaemon(true);
        leash.start();
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
            System.exit(1);
        }
    }

    private static void awaitEnd() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is said here; that the line is open is all.
            }
        } catch (IOException e) {
            // A broken line is an ended one.
        }
        Runtime.getRuntime().halt(0);
    }
}
