package com.approck.healthcheck.sidecar.metrics;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * One number for each {@link Counter}.
 *
 * <p>Single writer: only the receiver thread adds, so that an addition is a plain read and an ordered write. Any thread
 * may read, and sees a value that was true a moment ago. Never throws, never blocks, never allocates.
 */
@SuppressWarnings("EnumOrdinal") // A map's look-up, three times a datagram, is more than the rest of the parser costs.
public final class Counters {
    private final AtomicLongArray numbers = new AtomicLongArray(Counter.values().length);

    public void add(Counter counter) {
        int index = counter.ordinal();
        numbers.lazySet(index, numbers.getPlain(index) + 1);
    }

    public long get(Counter counter) {
        return numbers.get(counter.ordinal());
    }
}
