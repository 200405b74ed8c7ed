package com.approck.healthcheck.sidecar.count;

/** Numbers of HTTP connections: open now, closed because of a timeout, closed to make room. One thread writes, any may read. */
public final class ConnectionStats {
    private volatile int open;
    private volatile long timedOut;
    private volatile long evicted;

    public void setOpen(int now) {
        open = now;
    }

    /** Counts a connection that was closed because a request, a response or the next request took too long. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    public void addTimedOut() {
        timedOut++;
    }

    /** Counts a connection that was closed because there were too many. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    public void addEvicted() {
        evicted++;
    }

    public int open() {
        return open;
    }

    public long timedOut() {
        return timedOut;
    }

    public long evicted() {
        return evicted;
    }
}
