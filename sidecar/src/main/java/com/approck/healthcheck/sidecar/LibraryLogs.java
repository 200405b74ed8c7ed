package com.approck.healthcheck.sidecar;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Undertow's and XNIO's own logs: by java.util.logging, one line each, from WARNING up. */
final class LibraryLogs {
    /** Held, since java.util.logging forgets a level whose logger is collected. */
    private static final Logger[] QUIETED = new Logger[3];

    private LibraryLogs() {}

    /** For the end: connections that come while the sockets close are no errors. */
    static void off() {
        for (Logger logger : QUIETED) {
            logger.setLevel(Level.OFF);
        }
    }

    static void quiet() {
        // Otherwise jboss-logging looks for three other libraries first.
        System.setProperty("org.jboss.logging.provider", "jdk");
        if (System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
            System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tFT%1$tT.%1$tLZ %4$s %3$s: %5$s%6$s%n");
        }
        String[] names = {"org.xnio", "org.jboss", "io.undertow"};
        for (int i = 0; i < names.length; i++) {
            QUIETED[i] = Logger.getLogger(names[i]);
            QUIETED[i].setLevel(Level.WARNING);
        }
    }
}
