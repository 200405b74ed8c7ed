package com.approck.healthcheck.sidecar.receive;

/**
 * The time up to which everything that arrived at one socket has been read.
 *
 * <p>If the socket was found empty, that is the moment before the look. In a flood it is never empty; but once more
 * datagrams were read since a mark than the socket's buffer can hold, whatever had arrived by the mark is among them.
 */
final class ReadWatermark {
    private final long maxQueued;
    private long nanos;
    private long mark;
    private long readSinceMark;

    /** For a socket whose buffer can hold no more than {@code maxQueued} datagrams. */
    ReadWatermark(long maxQueued, long now) {
        this.maxQueued = maxQueued;
        this.nanos = now;
        this.mark = now;
    }

    /** The socket was empty at some time after {@code before}. */
    void recordEmpty(long before) {
        nanos = before;
        mark = before;
        readSinceMark = 0;
    }

    /** {@code datagrams} were read, all of them after {@code before}. */
    void recordRead(int datagrams, long before) {
        if (readSinceMark == 0) {
            mark = before;
        }
        readSinceMark += datagrams;
        if (readSinceMark > maxQueued) {
            nanos = mark;
            readSinceMark = 0;
        }
    }

    long nanos() {
        return nanos;
    }
}
