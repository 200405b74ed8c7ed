package com.approck.healthcheck.it.peers;

import com.approck.healthcheck.it.support.probe.KubeletProbe;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the JMX exporter shows of the request pool, and what alerts on it ask. A scrape that fails is an alert too, as
 * Prometheus's {@code up} is.
 *
 * @param metricsPort where the exporter answers
 * @param serverPort the port in the name of Tomcat's connector
 */
record ExportedPool(int metricsPort, int serverPort) {

    /** Tomcat's gauge of threads on a request is below its limit. */
    boolean hasIdleThread() throws IOException {
        String metrics = scrape();
        return pool(metrics, "currentThreadsBusy") < pool(metrics, "maxThreads");
    }

    /** The JVM, asked by the exporter, finds no deadlock. */
    boolean hasNoDeadlock() throws IOException {
        return value(scrape(), "jvm_threads_deadlocked") == 0;
    }

    private String scrape() throws IOException {
        return KubeletProbe.body(metricsPort, "/metrics");
    }

    private double pool(String metrics, String attribute) throws IOException {
        return value(metrics, "Tomcat_ThreadPool_" + attribute + "\\{[^}]*-" + serverPort + "[^}]*}");
    }

    private static double value(String metrics, String regex) throws IOException {
        Matcher line =
                Pattern.compile("^" + regex + " (\\S+)$", Pattern.MULTILINE).matcher(metrics);
        if (!line.find()) {
            throw new IOException("no " + regex + " in\n" + metrics);
        }
        return Double.parseDouble(line.group(1));
    }
}
