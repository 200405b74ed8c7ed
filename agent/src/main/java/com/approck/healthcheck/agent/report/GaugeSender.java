package com.approck.healthcheck.agent.report;

/** Where gauges go. */
public interface GaugeSender {
    /** Sends one gauge, or drops it; never waits for the network and never throws. */
    void gauge(String name, long value);
}
