package com.approck.healthcheck.it.bench;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
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
 * One task with the agent's calls around it, as they are woven, and its twin without. The hook is that of the built jar, on
 * the boot class path, reached through constant method handles, which cost a compiled caller nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HookJmh {

    private static final int TOKENS = 10;
    private static final MethodHandle BEGAN = hook("taskBegan", MethodType.methodType(boolean.class, Object.class));
    private static final MethodHandle ENDED = hook("taskEnded", MethodType.methodType(void.class));

    /** Returns a method of the hook in the boot loader. */
    static MethodHandle hook(String method, MethodType type) {
        try {
            Class<?> hook = Class.forName("com.approck.healthcheck.agent.bootstrap.Hook", true, null);
            return MethodHandles.publicLookup().findStatic(hook, method, type);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Connected as the agent does it: the thread gets a counter with its first task. */
    @Setup
    public void connect() throws Throwable {
        MethodHandle connect = hook("connect", MethodType.methodType(void.class, Function.class, BiConsumer.class));
        Function<Object, AtomicLong> onFirstTask = task -> new AtomicLong();
        BiConsumer<Object, Boolean> onPoolChange = (pool, started) -> {};
        connect.invoke(onFirstTask, onPoolChange);
    }

    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void task() {
        Blackhole.consumeCPU(TOKENS);
    }

    @Benchmark
    @CompilerControl(CompilerControl.Mode.DONT_INLINE)
    public void hookedTask() {
        boolean began;
        try {
            began = (boolean) BEGAN.invokeExact((Object) this);
        } catch (Throwable e) {
            began = false;
        }
        try {
            Blackhole.consumeCPU(TOKENS);
        } finally {
            if (began) {
                try {
                    ENDED.invokeExact();
                } catch (Throwable e) {
                    // As in what is woven.
                }
            }
        }
    }
}
