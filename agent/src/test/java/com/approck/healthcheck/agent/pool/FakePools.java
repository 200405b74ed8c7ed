package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.pool.PoolType.HookKind;
import com.approck.healthcheck.agent.pool.PoolType.MethodHook;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;

/** A table of a few rows, one for each way to learn what workers do, whose pools have the numbers that a test gives them. */
public final class FakePools {
    private static final List<PoolType> TYPES = List.of(
            new PoolType("Fake", CounterOwner.class.getName(), new Reader(Watch.COUNTER)),
            new PoolType("Fake", LoopOwner.class.getName(), new Reader(Watch.STACK)),
            new PoolType(
                    "Fake",
                    Owner.class.getName(),
                    new Reader(Watch.HOOK),
                    new MethodHook(HookKind.POOL_STARTED, Owner.class.getName(), "start"),
                    new MethodHook(HookKind.POOL_STOPPED, Owner.class.getName(), "stop"),
                    new MethodHook(HookKind.TASK, Task.class.getName(), "run")));

    private FakePools() {}

    /** A registry over that table. */
    public static Registry registry(String globs, Runnable onChange, Consumer<String> complaints) {
        try {
            AgentConfig config = AgentConfig.read("pools=" + globs, new Properties(), Map.of());
            return new Registry(TYPES, config.pools(), onChange, (sentence, e) -> complaints.accept(sentence + e));
        } catch (BadSettingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A registry that watches every pool and expects no complaint. */
    public static Registry registry() {
        return registry("*", () -> {}, complaint -> {
            throw new AssertionError(complaint);
        });
    }

    /** A method to be hooked. */
    public static MethodHook hooked(HookKind event, String className, String method, String... argumentTypes) {
        return new MethodHook(event, className, method, argumentTypes);
    }

    /** A method to be hooked, where there is one. */
    public static MethodHook hookedInSomeVersions(
            HookKind event, String className, String method, String... argumentTypes) {
        return hooked(event, className, method, argumentTypes).inSomeVersions();
    }

    /** What a server's pool would be. */
    public static final class Pool {
        public volatile int capacity;
        public volatile int alive;
        public volatile int queued;
        public volatile boolean boundless;
        public volatile boolean virtual;
        public volatile boolean stopped;
        public volatile Throwable failure;
        public final List<Thread> threads = new ArrayList<>();
        public final List<List<Thread>> acceptors = new ArrayList<>();
        public final Map<Thread, Long> progress = new HashMap<>();

        public Pool(int capacity) {
            this.capacity = capacity;
        }

        void fail() throws ReflectiveOperationException {
            FakePools.fail(failure);
        }
    }

    /** What a server's connector would be: has a pool, perhaps one that others have as well. */
    public static class Owner {
        final String name;
        public volatile Pool pool;
        public volatile Throwable failure;
        public final List<Thread> feeders = new ArrayList<>();
        public volatile boolean deaf;

        public Owner(String name, Pool pool) {
            this.name = name;
            this.pool = pool;
        }
    }

    /** Owns a pool that keeps a counter for each worker. */
    public static final class CounterOwner extends Owner {
        public CounterOwner(String name, Pool pool) {
            super(name, pool);
        }
    }

    /** Owns a pool whose threads run one loop each. */
    public static final class LoopOwner extends Owner {
        public LoopOwner(String name, Pool pool) {
            super(name, pool);
        }
    }

    /** A request that came in through a connector. */
    public static final class Task {
        final Owner owner;
        /** Known of tasks without an owner. */
        public volatile Pool executor;

        public volatile Throwable failure;

        public Task(Owner owner) {
            this.owner = owner;
        }
    }

    private static final class Reader implements PoolReader {
        private final Watch watch;

        Reader(Watch watch) {
            this.watch = watch;
        }

        @Override
        public Watch watch() {
            return watch;
        }

        @Override
        public boolean isStopped(Reflected pool) throws ReflectiveOperationException {
            return read(pool).stopped;
        }

        @Override
        public boolean isBoundless(Reflected pool) throws ReflectiveOperationException {
            return read(pool).boundless;
        }

        @Override
        public boolean isVirtual(Reflected pool) throws ReflectiveOperationException {
            return read(pool).virtual;
        }

        @Override
        public Map<Thread, Long> progress(Reflected pool) throws ReflectiveOperationException {
            return new HashMap<>(read(pool).progress);
        }

        @Override
        public Object poolOf(Reflected owner) throws ReflectiveOperationException {
            fail(((Owner) owner.get()).failure);
            return ((Owner) owner.get()).pool;
        }

        @Override
        public boolean isListening(List<Object> owners) {
            return owners.stream().noneMatch(owner -> ((Owner) owner).deaf);
        }

        @Override
        public Collection<Thread> feeders(Reflected owner) {
            return ((Owner) owner.get()).feeders;
        }

        @Override
        public String nameOf(Reflected owner) {
            return ((Owner) owner.get()).name;
        }

        @Override
        public Object ownerOf(Reflected task) throws ReflectiveOperationException {
            fail(((Task) task.get()).failure);
            return ((Task) task.get()).owner;
        }

        @Override
        public Object executorOfTask(Reflected task) {
            return ((Task) task.get()).executor;
        }

        @Override
        public int capacity(Reflected pool) throws ReflectiveOperationException {
            return read(pool).capacity;
        }

        @Override
        public int alive(Reflected pool) throws ReflectiveOperationException {
            return read(pool).alive;
        }

        @Override
        public int queued(Reflected pool) throws ReflectiveOperationException {
            return read(pool).queued;
        }

        @Override
        public Collection<? extends Collection<Thread>> acceptors(Reflected pool, List<Object> owners)
                throws ReflectiveOperationException {
            return read(pool).acceptors;
        }

        @Override
        public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
            return read(pool).threads;
        }

        private static Pool read(Reflected reflected) throws ReflectiveOperationException {
            Pool pool = (Pool) reflected.get();
            if (pool == null) {
                throw new ReflectiveOperationException("the pool is gone");
            }
            pool.fail();
            return pool;
        }
    }

    private static void fail(Throwable failure) throws ReflectiveOperationException {
        if (failure instanceof ReflectiveOperationException thrown) {
            throw thrown;
        }
        if (failure instanceof RuntimeException thrown) {
            throw thrown;
        }
        if (failure instanceof Error thrown) {
            throw thrown;
        }
    }
}
