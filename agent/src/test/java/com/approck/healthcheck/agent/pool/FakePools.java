package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;

/** A few servers whose pools have the numbers that a test gives them. */
public final class FakePools {
    /** One server for each way in which progress is known. */
    public static final List<ServerSupport> SERVERS = List.of(
            new Support(CounterOwner.class, ProgressSource.COUNTER),
            new Support(LoopOwner.class, ProgressSource.STACK),
            new Support(
                    Owner.class,
                    ProgressSource.HOOK,
                    new MethodHook(HookKind.POOL_STARTED, Owner.class.getName(), "start"),
                    new MethodHook(HookKind.POOL_STOPPED, Owner.class.getName(), "stop"),
                    new MethodHook(HookKind.TASK, Task.class.getName(), "run")));

    private FakePools() {}

    /** A registry over these servers. */
    public static PoolRegistry registry(String globs, Runnable onChange, Consumer<String> failures) {
        return registry(globs, onChange, failures, skipped -> {});
    }

    /** A registry over these servers, and what it says about pools that are not watched. */
    public static PoolRegistry registry(
            String globs, Runnable onChange, Consumer<String> failures, Consumer<String> skipped) {
        try {
            AgentConfig config = AgentConfig.read("pools=" + globs, new Properties(), Map.of());
            return new PoolRegistry(SERVERS, config.pools(), new ModuleOpener(null), new PoolRegistry.Listener() {
                @Override
                public void poolsChanged() {
                    onChange.run();
                }

                @Override
                public void failed(String sentence, Throwable reason) {
                    failures.accept(sentence + reason);
                }

                @Override
                public void skipped(String sentence) {
                    skipped.accept(sentence);
                }
            });
        } catch (BadSettingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A registry that watches every pool and expects no failure. */
    public static PoolRegistry registry() {
        return registry("*", () -> {}, failure -> {
            throw new AssertionError(failure);
        });
    }

    /** What a server's pool would be. */
    public static final class Pool {
        public volatile int capacity;
        public volatile int alive;
        public volatile int queued;
        public volatile int nonServing;
        public volatile int idleReserved;
        public volatile long bytesMoved;
        public volatile boolean unbounded;
        public volatile boolean virtual;
        public volatile boolean stopped;
        public volatile Throwable failure;
        public final List<Thread> threads = new ArrayList<>();
        public final List<List<Thread>> acceptors = new ArrayList<>();
        public final Map<Thread, Long> progress = new HashMap<>();

        public Pool(int capacity) {
            this.capacity = capacity;
        }
    }

    /** What a server's connector would be: has a pool, perhaps one that others have as well. */
    public static class Owner {
        final String name;
        public volatile Pool pool;
        public volatile Throwable failure;
        public final List<Thread> ioThreads = new ArrayList<>();
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

    private static final class Support implements ServerSupport {
        private final Class<?> ownerClass;
        private final List<MethodHook> hooks;
        private final List<PoolAdapter> adapters;

        Support(Class<?> ownerClass, ProgressSource source, MethodHook... hooks) {
            this.ownerClass = ownerClass;
            this.hooks = List.of(hooks);
            this.adapters = List.of(new Adapter(source));
        }

        @Override
        public String name() {
            return "Fake";
        }

        @Override
        public List<MethodHook> hooks() {
            return hooks;
        }

        @Override
        public Discovery discovery() {
            return Discovery.ofOwners(ownerClass.getName());
        }

        @Override
        public List<PoolAdapter> adapters() {
            return adapters;
        }
    }

    private static final class Adapter implements PoolAdapter {
        private final ProgressSource source;

        Adapter(ProgressSource source) {
            this.source = source;
        }

        @Override
        public ProgressSource progressSource(ReflectedObject pool) {
            return source;
        }

        @Override
        public boolean isStopped(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
            return present(pool).stopped;
        }

        @Override
        public Map<Thread, Long> progress(ReflectedObject pool) throws ReflectiveOperationException {
            return new HashMap<>(present(pool).progress);
        }

        @Override
        public OwnedPool poolOf(ReflectedObject owner) throws ReflectiveOperationException {
            fail(((Owner) owner.get()).failure);
            Pool pool = ((Owner) owner.get()).pool;
            return pool == null ? OwnedPool.none("it has none") : OwnedPool.of(pool);
        }

        @Override
        public boolean isListening(ReflectedObject pool, List<Object> owners) {
            return owners.stream().noneMatch(owner -> ((Owner) owner).deaf);
        }

        @Override
        public Collection<Thread> ioThreads(ReflectedObject owner) {
            return ((Owner) owner.get()).ioThreads;
        }

        @Override
        public String nameOf(ReflectedObject owner) {
            return ((Owner) owner.get()).name;
        }

        @Override
        public Object ownerOf(ReflectedObject task) throws ReflectiveOperationException {
            fail(((Task) task.get()).failure);
            return ((Task) task.get()).owner;
        }

        @Override
        public long bytesMoved(ReflectedObject task) {
            Pool pool = ((Task) task.get()).owner.pool;
            return pool.bytesMoved;
        }

        @Override
        public Object executorOf(ReflectedObject task) {
            return ((Task) task.get()).executor;
        }

        @Override
        public PoolStats read(ReflectedObject pool, List<Object> owners) throws ReflectiveOperationException {
            Pool read = present(pool);
            // An unbounded pool's capacity is a constant: the number of processors.
            PoolStats stats = read.unbounded
                    ? PoolStats.unbounded(read.alive, read.queued)
                    : PoolStats.bounded(read.capacity, "a number of the test", read.alive, read.queued);
            stats = stats.withAcceptingThreads(read.acceptors)
                    .withThreadsThatDoNotServe(read.nonServing, read.idleReserved);
            return read.virtual ? stats.onVirtualThreads() : stats;
        }

        @Override
        public Collection<Thread> threads(ReflectedObject pool) throws ReflectiveOperationException {
            return present(pool).threads;
        }

        private static Pool present(ReflectedObject reflected) throws ReflectiveOperationException {
            Pool pool = (Pool) reflected.get();
            if (pool == null) {
                throw new ReflectiveOperationException("the pool has been collected");
            }
            fail(pool.failure);
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
