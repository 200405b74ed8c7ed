package com.approck.healthcheck.agent.pool;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The I/O threads of an {@code XnioWorker} that serves: the event loops on which Undertow reads, writes and runs what is
 * not dispatched. Each of them has its own connections, all of which wait while it hangs. Read from XNIO 3.3.8 and 3.8.16.
 */
final class XnioLoopsReader implements PoolReader {
    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        return XnioReader.serves(owner) ? owner.field("workerThreads") : null;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return owner.call("getName") + "-io";
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public boolean isStopped(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        return !XnioReader.servesAny(owners);
    }

    @Override
    public boolean isBoundless(Reflected pool) {
        return false;
    }

    @Override
    public int capacity(Reflected pool) {
        return threads(pool).size();
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return progress(pool).size();
    }

    @Override
    public int queued(Reflected pool) {
        return 0;
    }

    @Override
    public Watch watch() {
        return Watch.STACK;
    }

    @Override
    public Collection<Thread> threads(Reflected pool) {
        Thread[] threads = (Thread[]) pool.get();
        return threads == null ? Arrays.asList() : Arrays.asList(threads);
    }
}
