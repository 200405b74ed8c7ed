package com.approck.healthcheck.sidecar.statsd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ReadWatermarkTest {
    private final ReadWatermark horizon = new ReadWatermark(100, 5);

    @Test
    void emptySocket_isHeardThroughTheLook() {
        horizon.empty(10);
        assertEquals(10, horizon.through());
    }

    @Test
    void flood_isHeardThrough_onlyWhenMoreWasReadThanTheBufferHolds() {
        horizon.empty(10);
        horizon.read(60, 20);
        horizon.read(40, 30);
        assertEquals(10, horizon.through());
        horizon.read(1, 40);
        assertEquals(20, horizon.through());
        horizon.read(101, 50);
        assertEquals(50, horizon.through());
    }

    @Test
    void emptySocketInAFlood_startsTheCountAnew() {
        horizon.read(60, 20);
        horizon.empty(30);
        horizon.read(60, 40);
        assertEquals(30, horizon.through());
        horizon.read(60, 50);
        assertEquals(40, horizon.through());
    }
}
