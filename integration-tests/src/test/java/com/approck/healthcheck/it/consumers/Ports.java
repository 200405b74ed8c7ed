package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

/** Ports of the loopback interface. */
final class Ports {

    private static final int TIMEOUT_MILLIS = 1_000;

    private Ports() {}

    static int free() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until a process listens; fails if it has ended. */
    static void awaitListening(ProcessUnderTest process, int port, Duration within) {
        Await.until(
                within,
                () -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(process.describe());
                    }
                    return isListening(port);
                },
                process::describe);
    }

    private static boolean isListening(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
