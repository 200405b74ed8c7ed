package com.approck.healthcheck.it.support.process;

import java.time.Duration;

/** A point in monotonic time. */
public record Moment(long nanos) implements Comparable<Moment> {

    public static Moment now() {
        return new Moment(System.nanoTime());
    }

    public Duration since(Moment earlier) {
        return Duration.ofNanos(nanos - earlier.nanos);
    }

    public Moment plus(Duration duration) {
        return new Moment(nanos + duration.toNanos());
    }

    public boolean isBefore(Moment other) {
        return nanos - other.nanos < 0;
    }

    public boolean hasCome() {
        return !now().isBefore(this);
    }

    @Override
    public int compareTo(Moment other) {
        return Long.signum(nanos - other.nanos);
    }
}
