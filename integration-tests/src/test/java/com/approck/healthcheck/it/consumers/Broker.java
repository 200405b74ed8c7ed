package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** A broker in a process of its own, on the loopback interface; it keeps its ports and its data when it is killed. */
abstract class Broker implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 1_000;

    final int port = FreePorts.next();
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
        Await.until(
                toStart,
                () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(process.describe());
                    }
                    return isListening();
                },
                process::describe);
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    final void kill() {
        process.close();
    }

    @Override
    public void close() {
        process.close();
    }
}
