package com.approck.healthcheck.sidecar.statsd;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One gauge, as a view of the datagram that it came in.
 *
 * <p>The parser has a single one and fills it anew for each line, so it is good only until {@link GaugeSink#gauge}
 * returns. Names are compared as bytes and become a String only when they are seen for the first time.
 */
public final class Gauge {
    byte[] bytes;
    int nameStart;
    int nameEnd;
    int poolStart;
    int poolEnd;
    GaugeKind aspect;
    double value;
    boolean delta;

    Gauge() {}

    public GaugeKind aspect() {
        return aspect;
    }

    /** A finite number, of magnitude 1e12 at most. */
    public double value() {
        return value;
    }

    /** Whether the value had a sign, and so is added to what stands. */
    public boolean delta() {
        return delta;
    }

    public boolean isNamed(byte[] name) {
        return Arrays.equals(bytes, nameStart, nameEnd, name, 0, name.length);
    }

    public boolean isOfPool(byte[] pool) {
        return Arrays.equals(bytes, poolStart, poolEnd, pool, 0, pool.length);
    }

    public byte[] nameBytes() {
        return Arrays.copyOfRange(bytes, nameStart, nameEnd);
    }

    /** Empty unless the aspect is one of a pool. */
    public byte[] poolBytes() {
        return Arrays.copyOfRange(bytes, poolStart, poolEnd);
    }

    /** Bytes that are no UTF-8 become replacement characters. */
    public static String text(byte[] name) {
        return new String(name, StandardCharsets.UTF_8);
    }
}
