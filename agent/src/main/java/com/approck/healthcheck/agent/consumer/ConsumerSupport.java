package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.OwnedPool;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.pool.ProgressSource;
import com.approck.healthcheck.agent.pool.ServerSupport;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Everything that the agent knows about the consumers of one client library: the calls in which they wait for work, which are
 * hooked as {@link com.approck.healthcheck.agent.pool.HookKind#WAIT}, and how to read one. Its pools are the
 * {@link ConsumerGroup}s, which are read alike for all libraries. Stateless, so thread-safe.
 *
 * <p>The methods that read a consumer are called on the agent's thread, at each sample: none may lock. Most consumers refuse
 * calls from a second thread, so only fields are read.
 */
interface ConsumerSupport extends ServerSupport, PoolAdapter {
    /** Returns the binary names of the classes whose objects, or those of subclasses, are consumers. */
    List<String> consumerClasses();

    /** Returns the name of the group that it belongs to now; null if it is no worker at this moment. */
    String groupOf(ReflectedObject consumer) throws ReflectiveOperationException;

    /** Returns whether it was closed. */
    boolean isClosed(ReflectedObject consumer) throws ReflectiveOperationException;

    /**
     * Returns what is left of a consumer that nobody has closed and nobody holds any more, for as long as its own threads run:
     * an object that these lead to.
     */
    Object remains(ReflectedObject consumer) throws ReflectiveOperationException;

    /** Returns the milliseconds that it may work until its group goes on without it; 0 if there is no limit or it is not known. */
    long maxWorkMillis(ReflectedObject consumer) throws ReflectiveOperationException;

    /** Returns the name of the setting that limits the time between two waits, for people. */
    String maxWorkSetting();

    /** They are found by their calls, and by no thread's task. */
    @Override
    default Discovery discovery() {
        return Discovery.ofOwners();
    }

    @Override
    default List<PoolAdapter> adapters() {
        return Collections.singletonList(this);
    }

    @Override
    default OwnedPool poolOf(ReflectedObject owner) {
        return OwnedPool.of(owner.get());
    }

    @Override
    default String nameOf(ReflectedObject owner) {
        return ConsumerGroup.of(owner).name();
    }

    @Override
    default PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return ConsumerGroup.of(pool).read();
    }

    @Override
    default boolean isStopped(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
        return ConsumerGroup.of(pool).isEmpty();
    }

    @Override
    default ProgressSource progressSource(ReflectedObject pool) {
        return ProgressSource.COUNTER;
    }

    @Override
    default Map<Thread, Long> progress(ReflectedObject pool) {
        return ConsumerGroup.of(pool).progress();
    }

    @Override
    default Collection<Thread> threads(ReflectedObject pool) {
        return ConsumerGroup.of(pool).threads();
    }
}
