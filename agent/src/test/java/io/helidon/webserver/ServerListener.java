package io.helidon.webserver;

/** Has the name and the members that are read of Helidon 4's class, which needs Java 21 to compile against. */
public final class ServerListener {
    @SuppressWarnings("unused") // Read by name.
    private volatile boolean running;

    @SuppressWarnings("unused") // Read by name.
    private Thread serverThread;

    /** Sets whether it runs, and the thread that accepts its connections. */
    public void set(boolean isRunning, Thread thread) {
        running = isRunning;
        serverThread = thread;
    }

    /** As in Helidon. */
    public int port() {
        return 8081;
    }
}
