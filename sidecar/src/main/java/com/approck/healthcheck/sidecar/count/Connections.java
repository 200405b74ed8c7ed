package com.approck.healthcheck.sidecar.count;

/** How many HTTP connections there are, and how many were not worth keeping. One thread writes, any may read. */
public final class Connections {
    private volatile int open;
    private volatile long late;
    private volatile long crowdedOut;

    public void open(int now) {
        open = now;
    }

    /** One was hung up on since a request, an answer or the next request took too long. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    public void late() {
        late++;
    }

    /** One was hung up on since there were too many. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // One writer.
    public void crowdedOut() {
        crowdedOut++;
    }

    public int numberOpen() {
        return open;
    }

    public long numberLate() {
        return late;
    }

    public long numberCrowdedOut() {
        return crowdedOut;
    }
}
