package com.approck.healthcheck.it.peers;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Moment;
import java.time.Duration;
import java.util.function.Function;

/**
 * What is done to a real process.
 *
 * @param watched how long after the fault the probes go on
 * @param start starts the process and all that probe it
 * @param put puts the fault in, and returns the moment since which it was there
 */
record Fault<S extends ProbedProcess>(
        String what, Truth truth, Duration watched, Function<TestProcesses, S> start, Function<S, Moment> put) {

    /** Whether healthcheck's probe restarts the process. */
    boolean isRestarted() {
        return truth != Truth.ALIVE;
    }
}
