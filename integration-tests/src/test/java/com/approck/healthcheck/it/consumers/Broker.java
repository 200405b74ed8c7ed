package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.time.Duration;

/** A broker in a process of its own, on the loopback interface; it keeps its ports and its data when it is killed. */
abstract class Broker implements AutoCloseable {

    final int port = Ports.free();
    private final Duration toStart;
    private ProcessUnderTest process;

    /** @param toStart within this time it must listen */
    Broker(Duration toStart) {
        this.toStart = toStart;
    }

    /** Starts its process. */
    abstract ProcessUnderTest launch();

    /** Its host and port. */
    final String address() {
        return "127.0.0.1:" + port;
    }

    /** Starts it, for the first time or after it was killed, and waits until it listens. */
    final void restart() {
        process = launch();
        Ports.awaitListening(process, port, toStart);
    }

    final void kill() {
        process.close();
    }

    @Override
    public void close() {
        process.close();
    }
}
