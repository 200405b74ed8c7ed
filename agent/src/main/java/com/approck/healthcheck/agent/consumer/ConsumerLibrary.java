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
 * A client library of a broker. Its pools are the {@link ConsumerGroup}s, which are read alike for all libraries. Stateless, so
 * thread-safe.
 */
interface ConsumerLibrary extends ServerSupport, PoolAdapter {
    /** Its consumers are found by {@link ConsumerGroups}. */
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
