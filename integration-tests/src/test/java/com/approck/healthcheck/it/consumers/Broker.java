package com.approck.healthcheck.it.consumers;

/** A broker in a process of its own, on the loopback interface; it keeps its ports and its data when it is killed. */
interface Broker extends AutoCloseable {

    /** Its host and port. */
    String address();

    void kill();

    /** Starts it again after it was killed, and waits until it listens. */
    void restart();

    @Override
    void close();
}
