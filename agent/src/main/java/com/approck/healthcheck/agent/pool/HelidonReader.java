package com.approck.healthcheck.agent.pool;

import java.util.Collection;
import java.util.Collections;

/**
 * A listener of Helidon 4, which serves each connection on a virtual thread of its own and has no bound: it stands for its
 * pool itself. Read from Helidon 4.0.0 and 4.5.0.
 *
 * <p>It ends with its one thread that accepts connections, whether it was stopped or that thread died.
 */
final class HelidonReader implements PoolReader {
    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        return accepts(owner) ? owner.get() : null;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return "helidon-" + owner.count("port");
    }

    @Override
    public Object ownerOf(Reflected task) {
        return null;
    }

    @Override
    public boolean isStopped(Reflected pool) throws ReflectiveOperationException {
        return !accepts(pool);
    }

    @Override
    public Collection<Thread> threads(Reflected pool) {
        return Collections.emptyList();
    }

    private static boolean accepts(Reflected listener) throws ReflectiveOperationException {
        Thread acceptor = (Thread) listener.field("serverThread");
        return (Boolean) listener.field("running") && acceptor != null && acceptor.isAlive();
    }
}
