package com.approck.healthcheck.agent.emit;

/** Where gauges go. */
interface Gauges {
    /** Sends one gauge, or drops it; never waits for the network and never throws. */
    void gauge(String name, long value);
}
