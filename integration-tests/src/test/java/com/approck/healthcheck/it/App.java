package com.approck.healthcheck.it;

import com.approck.healthcheck.it.process.Moment;
import com.approck.healthcheck.it.process.ProcessUnderTest;
import java.time.Duration;
import java.util.regex.MatchResult;

/** A sample server in its process. */
record App(ProcessUnderTest process) {

    private static final Duration TO_START = Duration.ofMinutes(2);

    /** Waits until it serves, and says when that was. */
    Moment awaitStarted() {
        port();
        return Moment.now();
    }

    int port() {
        return announced("LISTENING");
    }

    /** The port of the second pool; only where the option {@code management} asked for one. */
    int managementPort() {
        return announced("MANAGEMENT");
    }

    private int announced(String word) {
        MatchResult said = process.awaitStdout("^" + word + " (\\d+)$", TO_START);
        return Integer.parseInt(said.group(1));
    }
}
