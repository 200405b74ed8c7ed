package com.approck.healthcheck.it.bench;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One call of a consumer with the agent's calls around it, as they are woven, and its twin without. The classes are those of the
 * built jar, which is on the boot class path, reached through constant method handles.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ConsumerHookJmh {

    private static final String AGENT = "com.approck.healthcheck.agent.";
    private static final int TOKENS = 10;

    private static final ClassLoader LOADER =
            new URLClassLoader(new URL[] {ClassLoader.getSystemResource("META-INF/agent/")}, null);

    private static final Object CONSUMERS = consumers();
    private static final MethodHandle WAIT_BEGIN =
            ofConsumers("waitBegan", MethodType.methodType(AtomicLong.class, Object.class, Object.class));
    private static final MethodHandle DELIVERY_BEGIN =
            ofConsumers("deliveryBegan", MethodType.methodType(AtomicLong.class, Object.class));
    private static final MethodHandle ASKER_CHANGE =
            ofConsumers("askedBy", MethodType.methodType(Object.class, Object.class));

    private static final MethodHandle WAIT_BEGAN =
            HookJmh.hook("waitBegan", MethodType.methodType(AtomicLong.class, Object.class, Object.class));
    private static final MethodHandle WAIT_ENDED = HookJmh.hook(
            "waitEnded", MethodType.methodType(void.class, AtomicLong.class, Object.class, Throwable.class));
    private static final MethodHandle RECEIVE_ENDED = HookJmh.hook(
            "receiveEnded",
            MethodType.methodType(void.class, AtomicLong.class, Object.class, Object.class, Throwable.class));
    private static final MethodHandle DELIVERY_BEGAN =
            HookJmh.hook("deliveryBegan", MethodType.methodType(AtomicLong.class, Object.class));
    private static final MethodHandle DELIVERY_ENDED =
            HookJmh.hook("deliveryEnded", MethodType.methodType(void.class, AtomicLong.class));
    private static final MethodHandle ASKED_BY =
            HookJmh.hook("askedBy", MethodType.methodType(Object.class, Object.class));

    private final Duration limit = Duration.ofMillis(100);
    private final Object container = new Object();
    private final Object message = new Object();

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(AGENT + name, true, LOADER);
    }

    private static Object consumers() {
        try {
            Runnable onNew = () -> {};
            return type("consumer.QueueConsumers")
                    .getConstructor(Runnable.class)
                    .newInstance(onNew);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static MethodHandle ofConsumers(String method, MethodType type) {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(CONSUMERS.getClass(), method, type)
                    .bindTo(CONSUMERS);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Connected as the agent does it. */
    @Setup
    public void connect() throws Throwable {
        BiFunction<Object, Object, AtomicLong> onWaitBegin = ConsumerHookJmh::waitBegin;
        Function<Object, AtomicLong> onDeliveryBegin = ConsumerHookJmh::deliveryBegin;
        UnaryOperator<Object> onAskerChange = ConsumerHookJmh::askerChange;
        BiConsumer<Object, Throwable> onWaitThrew = (consumer, thrown) -> {};
        Consumer<Object> onGiveUp = reason -> {};
        Function<Object, AtomicLong> onFirstTask = task -> null;
        BiConsumer<Object, Boolean> onPoolChange = (pool, started) -> {};
        Class<?> level = type("config.AgentConfig$LogLevel");
        Class<?> check = type("instrument.SelfCheck");
        Class<?> log = type("log.Log");
        Class<?> bridge = type("instrument.HookBridge");
        Object connected = bridge.getConstructor(Function.class, BiConsumer.class, check, log)
                .newInstance(
                        onFirstTask,
                        onPoolChange,
                        check.getConstructor().newInstance(),
                        log.getConstructor(level)
                                .newInstance(level.getField("OFF").get(null)));
        bridge.getMethod("connectConsumers", BiFunction.class, BiConsumer.class, Consumer.class, Function.class)
                .invoke(connected, onWaitBegin, onWaitThrew, onGiveUp, onDeliveryBegin);
        bridge.getMethod("connectAskers", UnaryOperator.class).invoke(connected, onAskerChange);
    }

    private static AtomicLong waitBegin(Object consumer, Object limit) {
        try {
            return (AtomicLong) WAIT_BEGIN.invokeExact(consumer, limit);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static AtomicLong deliveryBegin(Object deliverer) {
        try {
            return (AtomicLong) DELIVERY_BEGIN.invokeExact(deliverer);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object askerChange(Object asker) {
        try {
            return (Object) ASKER_CHANGE.invokeExact(asker);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void call() {
        Blackhole.consumeCPU(TOKENS);
    }

    /** As a call of Kafka's. */
    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void hookedWait() throws Throwable {
        AtomicLong counter = began(limit);
        try {
            Blackhole.consumeCPU(TOKENS);
        } finally {
            WAIT_ENDED.invokeExact(counter, (Object) this, (Throwable) null);
        }
    }

    /** As a call of JMS, which returns a message. */
    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void hookedReceive() throws Throwable {
        receive();
    }

    /** The same by a container of Spring's. */
    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void hookedReceiveOfContainer() throws Throwable {
        Object before = (Object) ASKED_BY.invokeExact(container);
        try {
            receive();
        } finally {
            Object unused = (Object) ASKED_BY.invokeExact(before);
        }
    }

    private void receive() throws Throwable {
        AtomicLong counter = began(null);
        try {
            Blackhole.consumeCPU(TOKENS);
        } finally {
            RECEIVE_ENDED.invokeExact(counter, (Object) this, message, (Throwable) null);
        }
    }

    private AtomicLong began(Object limitOfCall) {
        try {
            return (AtomicLong) WAIT_BEGAN.invokeExact((Object) this, limitOfCall);
        } catch (Throwable e) {
            return null;
        }
    }

    /** As RabbitMQ's client gives a message to the application. */
    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void hookedDelivery() throws Throwable {
        AtomicLong counter;
        try {
            counter = (AtomicLong) DELIVERY_BEGAN.invokeExact((Object) this);
        } catch (Throwable e) {
            counter = null;
        }
        try {
            Blackhole.consumeCPU(TOKENS);
        } finally {
            DELIVERY_ENDED.invokeExact(counter);
        }
    }
}
