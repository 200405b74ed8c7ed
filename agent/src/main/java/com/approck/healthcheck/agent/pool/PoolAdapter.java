package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pools of one kind. Stateless, so thread-safe.
 *
 * <p>Every method may throw whatever reflection throws; the caller then does not watch the pool, or uses its last known
 * values, and logs it.
 */
public interface PoolAdapter {
    /** Returns the pool that an owner has now, or the reason why it has none. */
    OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException;

    /**
     * Returns the objects that serve the owner's requests, as far as they are known: if all of them are of another agent's code,
     * the server is that agent's, and not the application's.
     */
    default Collection<?> handlersOf(ReflectedObject owner) throws ReflectiveOperationException {
        return Collections.emptySet();
    }

    /** Returns the name of the owner's pool, as the server calls it. */
    String nameOf(ReflectedObject owner) throws ReflectiveOperationException;

    /**
     * Reads the pool. Called once at each sample, on the agent's thread: it must not lock and should hardly allocate.
     *
     * @param owners those owners of the pool that have not been collected
     */
    PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException;

    /** Returns the pool's threads, as far as they can be listed. Not called at each sample. */
    Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException;

    /** Returns whether the owner still accepts requests, for servers whose stop is not always reported by a hook. */
    default boolean isRunning(ReflectedObject owner) throws ReflectiveOperationException {
        return true;
    }

    /**
     * Returns whether the pool has stopped without a hook that reports it: by default, once no owner that is left is running.
     * Called once at each sample.
     *
     * @param owners those owners of the pool that have not been collected
     */
    default boolean isStopped(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        for (Object owner : owners) {
            if (isRunning(pool.with(owner))) {
                return false;
            }
        }
        return true;
    }

    /** Returns where the sampler learns whether the pool's workers make progress: the same for one pool at all times. */
    default ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.HOOK;
    }

    /**
     * For {@link ProgressSource#COUNTER}, returns each live worker with a number that is odd while it is on a task and changes
     * with each task; for {@link ProgressSource#STACK}, each live worker with any number.
     */
    default Map<Thread, Long> progress(ReflectedObject pool) throws ReflectiveOperationException {
        Map<Thread, Long> progress = new HashMap<>();
        for (Thread thread : threads(pool)) {
            if (thread.isAlive()) {
                progress.put(thread, 0L);
            }
        }
        return progress;
    }

    /**
     * Returns a number that is another whenever bytes have moved on the connection of a hooked task; any number if that is
     * not known. Asked of tasks on virtual threads, whose CPU time nobody knows.
     */
    default long bytesMoved(ReflectedObject task) throws ReflectiveOperationException {
        return 0;
    }

    /** Returns the owner of the pool in which a hooked task runs; null if the task does not lead to it. */
    default Object ownerOf(ReflectedObject task) throws ReflectiveOperationException {
        return null;
    }

    /** Returns the pool that runs a hooked task without an owner; null if the task does not lead to it. */
    default Object executorOf(ReflectedObject task) throws ReflectiveOperationException {
        return null;
    }

    /**
     * Returns the owner's live threads without which no request reaches its pool, and which are not threads of the pool:
     * acceptors, pollers. They live as long as the owner runs; one that dies before (of an OutOfMemoryError, for instance) is
     * not replaced. Called once, when the owner has started.
     */
    default Collection<Thread> ioThreads(ReflectedObject owner) throws ReflectiveOperationException {
        return Collections.emptySet();
    }

    /**
     * Returns whether the selectors of the owners select at this moment, as far as that can be seen. A server at work may do
     * other things for a moment; one that does nothing else, and yet does not select, is dead.
     *
     * @param pool only to look up members with
     */
    default boolean isListening(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return true;
    }
}
