package com.approck.healthcheck.sidecar.statsd;

/**
 * Knows up to when everything that arrived at a socket has been read.
 *
 * <p>When the socket was found empty, that is the moment before the look. In a flood it is never empty; but when more
 * datagrams have been read since a mark than its buffer can hold, whatever had arrived by the mark is among them.
 */
final class ReadWatermark {
    private final long mostQueued;
    private long through;
    private long mark;
    private long readSinceMark;

    /** For a socket whose buffer can hold no more than {@code mostQueued} datagrams. */
    ReadWatermark(long mostQueued, long now) {
        this.mostQueued = mostQueued;
        this.through = now;
        this.mark = now;
    }

    /** The socket was empty at some time after {@code before}. */
    void empty(long before) {
        through = before;
        mark = before;
        readSinceMark = 0;
    }

    /** {@code datagrams} were read, all of them after {@code before}. */
    void read(int datagrams, long before) {
        if (readSinceMark == 0) {
            mark = before;
        }
        readSinceMark += datagrams;
        if (readSinceMark > mostQueued) {
            through = mark;
            readSinceMark = 0;
        }
    }

    long through() {
        return through;
    }
}
