package com.approck.healthcheck.agent.pool;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the pools of one type are read. Stateless. What a pool says of its size is read as any executor's, unless its reader
 * knows better.
 *
 * <p>Every method may throw what reflection throws; the caller then leaves the pool alone and says so.
 */
interface PoolReader {
    /** The pool that a hooked owner has now; null if it has none. */
    Object poolOf(Reflected owner) throws ReflectiveOperationException;

    /** The name of the owner's pool, as the server calls it. */
    String nameOf(Reflected owner) throws ReflectiveOperationException;

    /** The hooked owner of the pool in which a task runs; null if that can't be told. */
    Object ownerOf(Reflected task) throws ReflectiveOperationException;

    /** What a task without an owner runs on: a pool, if it is one that is watched; null if that can't be told either. */
    default Object executorOfTask(Reflected task) throws ReflectiveOperationException {
        return null;
    }

    /** The owners to which an object or a class leads that the search for running pools has met; see {@link PoolType}. */
    default Collection<Object> ownersBehind(Reflected found) throws ReflectiveOperationException {
        return Collections.emptyList();
    }

    /** The most workers that the pool can have on requests at once. */
    default int capacity(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.capacity(pool);
    }

    /** The same, for pools that are told of what they can't know by those who own them. */
    default int capacity(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        return capacity(pool);
    }

    /** The live threads of the pool. */
    default int alive(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.alive(pool);
    }

    /** The tasks that wait for a thread. */
    default int queued(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.queued(pool);
    }

    /** The live threads of the pool that will never be on a request: acceptors, selectors. */
    default int reserved(Reflected pool) throws ReflectiveOperationException {
        return 0;
    }

    /**
     * The live threads that wait for work of another kind than what is queued. Jetty holds one in reserve for its selector
     * for as long as a minute, however long the queue.
     */
    default int heldBack(Reflected pool) throws ReflectiveOperationException {
        return 0;
    }

    /** Whether the pool has stopped, for pools of which no hook tells it. */
    default boolean isStopped(Reflected pool) throws ReflectiveOperationException {
        return false;
    }

    /** The same, for pools of which those who own them know. */
    default boolean isStopped(Reflected pool, List<Object> owners) throws ReflectiveOperationException {
        return isStopped(pool);
    }

    /**
     * Whether the pool makes as many threads as it has tasks. A stuck worker then takes nothing from the others, and
     * {@link #capacity} is a constant that stands for "able".
     */
    default boolean isBoundless(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.most(pool) == AnyExecutor.NO_BOUND;
    }

    /** Whether its workers are virtual threads: a bound is then one of permits, and none of them lives before its request. */
    default boolean isVirtual(Reflected pool) throws ReflectiveOperationException {
        return false;
    }

    /**
     * For each address that the owners serve, those of the pool's workers that take in the new connections there as well:
     * while all of them are stuck nobody else is given any work. None where other threads do that.
     */
    default Collection<? extends Collection<Thread>> acceptors(Reflected pool, List<Object> owners)
            throws ReflectiveOperationException {
        return Collections.emptyList();
    }

    /** How the sampler learns what the workers of such a pool do. */
    default Watch watch() {
        return Watch.HOOK;
    }

    /** The same, for a type whose versions differ in it; the same for one pool at all times. */
    default Watch watch(Reflected pool) {
        return watch();
    }

    /**
     * For {@link Watch#COUNTER}, each live worker with a number that is odd while it is on a task and moves with each
     * task; for {@link Watch#STACK}, each live worker, with any number, as by default.
     */
    default Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
        Map<Thread, Long> progress = new HashMap<>();
        for (Thread thread : threads(pool)) {
            if (thread.isAlive()) {
                progress.put(thread, 0L);
            }
        }
        return progress;
    }

    /**
     * The live threads of a hooked owner without which no request reaches its pool, as acceptors and pollers that are not
     * threads of the pool. They live as long as the owner runs; one that dies before (of an OutOfMemoryError, say) is not
     * replaced. Called once, when the owner has started.
     */
    default Collection<Thread> feeders(Reflected owner) throws ReflectiveOperationException {
        return Collections.emptySet();
    }

    /**
     * Whether the owners of the pool wait for requests at this moment, as far as that can be told: whether their selectors
     * select. A server may do other things for a moment; one that does nothing else, and yet does not listen, is dead.
     */
    default boolean isListening(List<Object> owners) throws ReflectiveOperationException {
        return true;
    }

    /** The threads of the pool, as far as they can be listed. Not on the usual path. */
    default Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.threads(pool);
    }
}
