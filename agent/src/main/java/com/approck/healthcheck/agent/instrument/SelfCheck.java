package com.approck.healthcheck.agent.instrument;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether this JVM calls the hooks that were put into a class: a small server of the agent's own is instrumented with the
 * others, and then starts, serves one request and stops. For the agent's thread.
 */
public final class SelfCheck {
    /** The fixture's class, by a name: it is loaded when it is needed. */
    static final String FIXTURE = "com.approck.healthcheck.agent.instrument.SelfCheck$Fixture";

    /** What the fixture does, by the names of its methods. */
    public interface Server extends Runnable {
        /** Starts a pool. */
        void start();

        /** Stops it. */
        void stop();
    }

    /** The server that is instrumented. Its methods do nothing but look at the counter. */
    static final class Fixture implements Server {
        private final Runnable inside;

        Fixture(Runnable inside) {
            this.inside = inside;
        }

        @Override
        public void start() {}

        @Override
        public void run() {
            inside.run();
        }

        @Override
        public void stop() {}
    }

    private final AtomicLong counter = new AtomicLong();
    private Server prepared;
    private Server fixture;
    private boolean started;
    private boolean counted;
    private boolean stopped;

    /** Whether the hook was called by the fixture, and by no server: the registry has nothing to do with it. */
    boolean isFixture(Object caller) {
        return caller == fixture && fixture != null;
    }

    AtomicLong counter() {
        return counter;
    }

    void changed(boolean hasStarted) {
        started |= hasStarted;
        stopped |= !hasStarted;
    }

    /** Loads the fixture's class, which the transformer notes. */
    public void prepare() {
        prepared = new Fixture(this::look);
    }

    /** Calls the fixture's methods; the hooks that were not called, for people, or null if all were. */
    public String failures() {
        return failures(prepared);
    }

    String failures(Server server) {
        fixture = server;
        started = false;
        counted = false;
        stopped = false;
        server.start();
        server.run();
        server.stop();
        boolean ended = (counter.get() & 1) == 0;
        fixture = null;
        return started && counted && ended && stopped
                ? null
                : "start " + said(started) + ", request " + said(counted && ended) + ", stop " + said(stopped);
    }

    /** Called inside the request. */
    void look() {
        counted = (counter.get() & 1) != 0;
    }

    private static String said(boolean called) {
        return called ? "reported" : "not reported";
    }
}
