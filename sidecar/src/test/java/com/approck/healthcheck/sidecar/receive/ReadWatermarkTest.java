package com.approck.healthcheck.sidecar.receive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class ReadWatermarkTest {
    private final ReadWatermark watermark = new ReadWatermark(100, 5);

    @Test
    void emptySocket_isReadUpToTheLook() {
        watermark.recordEmpty(10);
        assertEquals(10, watermark.nanos());
    }

    @Test
    void flood_movesOn_onlyWhenMoreWasReadThanTheBufferHolds() {
        watermark.recordEmpty(10);
        watermark.recordRead(60, 20);
        watermark.recordRead(40, 30);
        assertEquals(10, watermark.nanos());
        watermark.recordRead(1, 40);
        assertEquals(20, watermark.nanos());
        watermark.recordRead(101, 50);
        assertEquals(50, watermark.nanos());
    }

    @Test
    void emptySocketInAFlood_startsTheCountAnew() {
        watermark.recordRead(60, 20);
        watermark.recordEmpty(30);
        watermark.recordRead(60, 40);
        assertEquals(30, watermark.nanos());
        watermark.recordRead(60, 50);
        assertEquals(40, watermark.nanos());
    }
}
