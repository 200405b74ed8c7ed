package com.approck.healthcheck.it.support;

import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.time.Duration;
import java.util.regex.MatchResult;

/** A sample server in its process. */
public record App(ProcessUnderTest process) {

    private static final Duration TO_START = Duration.ofMinutes(2);

    /** Waits until it serves, and says when that was. */
    public Moment awaitStarted() {
        port();
        return Moment.now();
    }

    public int port() {
        return announced("LISTENING");
    }

    /** The port of the second pool; only where the option {@code management} asked for one. */
    public int managementPort() {
        return announced("MANAGEMENT");
    }

    private int announced(String word) {
        MatchResult said = process.awaitStdout("^" + word + " (\\d+)$", TO_START);
        return Integer.parseInt(said.group(1));
    }
}
