package com.approck.healthcheck.sidecar.count;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One number for each {@link Counter}.
 *
 * <p>Single writer: only the receiver thread adds, so that an addition is a plain read and an ordered write. Any thread
 * may read, and sees a value that was true a moment ago. Never throws, never blocks, never allocates.
 */
public final class Counters {
    private final Map<Counter, AtomicLong> numbers = new EnumMap<>(Counter.class);

    public Counters() {
        for (Counter counter : Counter.values()) {
            numbers.put(counter, new AtomicLong());
        }
    }

    public void add(Counter counter) {
        AtomicLong number = numbers.get(counter);
        number.lazySet(number.getPlain() + 1);
    }

    public long get(Counter counter) {
        return numbers.get(counter).get();
    }
}
