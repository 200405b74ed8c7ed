package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.instrument.advice.AdviceWeaver;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Woven classes are loaded, verified and run: the JVM verifies what a loader like the one here defines. */
final class AdviceWeaverTest {
    private static final String REQUEST = InstrumentedFixtures.Request.class.getName();
    private static final String CONSUMER = InstrumentedFixtures.Consumer.class.getName();
    private static final String CONNECTOR = InstrumentedFixtures.Connector.class.getName();

    private static final MethodHook TASK = new MethodHook(HookKind.TASK, REQUEST, "run");
    private static final MethodHook STARTED = new MethodHook(HookKind.POOL_STARTED, CONNECTOR, "start");
    private static final MethodHook STOPPED =
            new MethodHook(HookKind.POOL_STOPPED, CONNECTOR, "stop", "java.lang.String", "long[]");

    private static final MethodHook WAIT = new MethodHook(HookKind.WAIT, CONSUMER, "poll", "java.time.Duration");
    private static final MethodHook WAIT_WITHOUT_LIMIT =
            new MethodHook(HookKind.WAIT_WITHOUT_LIMIT, CONSUMER, "poll", "long");

    private static final MethodHook RECEIVE = new MethodHook(HookKind.RECEIVE, CONSUMER, "receive", "java.lang.String");
    private static final MethodHook ASKER = new MethodHook(HookKind.ASKER, CONSUMER, "receive", "java.lang.String");

    private static final String DELIVERY_CLASS = InstrumentedFixtures.Delivery.class.getName();
    private static final MethodHook DELIVERY = new MethodHook(HookKind.DELIVERY, DELIVERY_CLASS, "run");

    private static final MethodHook GIVE_UP =
            new MethodHook(HookKind.GIVE_UP, CONSUMER, "giveUp", "java.lang.Throwable");

    private static final ClassWeaver WEAVER = new AdviceWeaver();

    private final List<String> told = new ArrayList<>();
    private final AtomicLong counter = new AtomicLong();

    @BeforeEach
    void connect() {
        Hook.connect(
                task -> {
                    told.add("first task");
                    return counter;
                },
                (pool, started) -> told.add(started ? "started" : "stopped"));
    }

    @AfterEach
    void disconnect() {
        Hook.connect(null, null);
        Hook.connectConsumers(null, null, null, null);
        Hook.connectAskers(null);
    }

    @Test
    void wait_isReportedWithItsLimitAndItsEnd() throws Exception {
        Object consumer = wovenInstance(CONSUMER, WAIT, WAIT_WITHOUT_LIMIT);
        reportWaitsOf(consumer);
        counter.set(1);
        doing(consumer, () -> told.add("at " + counter.get()));

        Object five = consumer.getClass().getMethod("poll", Duration.class).invoke(consumer, Duration.ofMillis(7));
        Object six = consumer.getClass().getMethod("poll", long.class).invoke(consumer, 8L);

        assertEquals(List.of(5, 6), List.of(five, six));
        assertEquals(List.of("begins PT0.007S", "at 2", "begins null", "at 4"), told);
        assertEquals(5, counter.get());
    }

    @Test
    void waitThatThrows_isReportedAndThrowsWhatItThrew() throws Exception {
        Object consumer = wovenInstance(CONSUMER, WAIT);
        reportWaitsOf(consumer);
        RuntimeException thrown = new IllegalStateException("the library's own");
        doing(consumer, () -> {
            throw thrown;
        });

        assertSame(
                thrown,
                thrownBy(() ->
                        consumer.getClass().getMethod("poll", Duration.class).invoke(consumer, Duration.ZERO)));

        assertEquals(List.of("begins PT0S", "throws " + thrown), told);
    }

    @Test
    void receive_isFollowedByWorkIfItReturnsAMessage() throws Exception {
        Object consumer = wovenInstance(CONSUMER, RECEIVE);
        reportWaitsOf(consumer);
        counter.set(1);
        Method receive = consumer.getClass().getMethod("receive", String.class);

        assertEquals("a message", receive.invoke(consumer, "a message"));
        assertEquals(3, counter.get());
        counter.set(3);
        assertNull(receive.invoke(consumer, (Object) null));
        assertEquals(4, counter.get());
        assertEquals(List.of("begins null", "begins null"), told);
    }

    @Test
    void receiveThatThrows_isReportedAndFollowedByNoWork() throws Exception {
        Object consumer = wovenInstance(CONSUMER, RECEIVE);
        reportWaitsOf(consumer);
        counter.set(1);
        RuntimeException thrown = new IllegalStateException("the library's own");
        doing(consumer, () -> {
            throw thrown;
        });

        assertSame(
                thrown,
                thrownBy(() ->
                        consumer.getClass().getMethod("receive", String.class).invoke(consumer, "a message")));

        assertEquals(List.of("begins null", "throws " + thrown), told);
        assertEquals(2, counter.get());
    }

    @Test
    void asker_isReportedUntilItsCallEnds() throws Exception {
        Object container = wovenInstance(CONSUMER, ASKER);
        Hook.connectAskers(asker -> {
            told.add(asker == container ? "asked" : "asked by " + asker);
            return "the one before";
        });
        doing(container, () -> told.add("at it"));

        container.getClass().getMethod("receive", String.class).invoke(container, "a message");

        assertEquals(List.of("asked", "at it", "asked by the one before"), told);
    }

    @Test
    void giveUp_isReportedWithItsReasonIfThereIsOne() throws Exception {
        Object consumer = wovenInstance(CONSUMER, GIVE_UP);
        reportWaitsOf(consumer);
        Throwable reason = new AssertionError("a bug");

        consumer.getClass().getMethod("giveUp", Throwable.class).invoke(consumer, reason);
        consumer.getClass().getMethod("giveUp", Throwable.class).invoke(consumer, (Object) null);

        assertEquals(List.of("gives up: " + reason), told);
    }

    @Test
    void delivery_isReportedWithItsOuterObjectAndItsEnd() throws Exception {
        Object delivery = wovenInstance(DELIVERY_CLASS, DELIVERY);
        Hook.connectConsumers(null, null, null, deliverer -> {
            told.add("delivers " + deliverer);
            counter.set(7);
            return counter;
        });
        doing(delivery, () -> told.add("at " + counter.get()));

        call(delivery, "run");

        assertEquals(List.of("delivers a channel", "at 7"), told);
        assertEquals(8, counter.get());
    }

    @Test
    void deliveryThatThrows_hasEnded() throws Exception {
        Object delivery = wovenInstance(DELIVERY_CLASS, DELIVERY);
        RuntimeException thrown = new IllegalStateException("the library's own");
        Hook.connectConsumers(null, null, null, deliverer -> {
            counter.set(7);
            return counter;
        });
        doing(delivery, () -> {
            throw thrown;
        });

        assertSame(thrown, thrownBy(() -> call(delivery, "run")));

        assertEquals(8, counter.get());
    }

    @Test
    void hookOfWaitsThatThrows_isNotSeenByTheMethod() throws Exception {
        Object consumer = wovenInstance(CONSUMER, WAIT, GIVE_UP);
        Hook.connectConsumers(
                (waiting, limit) -> {
                    throw new IllegalStateException();
                },
                (waiting, thrown) -> {
                    throw new StackOverflowError();
                },
                reason -> {
                    throw new LinkageError();
                },
                deliverer -> {
                    throw new IllegalStateException();
                });
        assertNull(consumer.getClass().getMethod("giveUp", Throwable.class).invoke(consumer, new Error()));

        assertEquals(5, consumer.getClass().getMethod("poll", Duration.class).invoke(consumer, Duration.ZERO));
    }

    private void reportWaitsOf(Object consumer) {
        Hook.connectConsumers(
                (waiting, limit) -> {
                    assertSame(consumer, waiting);
                    told.add("begins " + limit);
                    counter.incrementAndGet();
                    return counter;
                },
                (waiting, thrown) -> {
                    assertSame(consumer, waiting);
                    told.add("throws " + thrown);
                },
                reason -> told.add("gives up: " + reason),
                deliverer -> null);
    }

    @Test
    void task_isCountedWhileItsMethodRuns() throws Exception {
        Object request = wovenInstance(REQUEST, TASK);
        doing(request, () -> told.add("at " + counter.get()));

        onNewThread(() -> {
            call(request, "run");
            call(request, "run");
        });

        assertEquals(List.of("first task", "at 1", "at 3"), told);
        assertEquals(4, counter.get());
    }

    @Test
    void taskThatThrows_isCountedAndThrowsWhatItThrew() throws Exception {
        Object request = wovenInstance(REQUEST, TASK);
        RuntimeException thrown = new IllegalStateException("the application's own");
        doing(request, () -> {
            throw thrown;
        });

        onNewThread(() -> assertSame(thrown, thrownBy(() -> call(request, "run"))));

        assertEquals(2, counter.get());
    }

    @Test
    void taskInsideATask_isPartOfIt() throws Exception {
        Object outer = wovenInstance(REQUEST, TASK);
        Object inner = wovenInstance(REQUEST, TASK);
        doing(outer, () -> {
            callUnchecked(inner, "run");
            told.add("at " + counter.get());
        });
        doing(inner, () -> told.add("inside at " + counter.get()));

        onNewThread(() -> call(outer, "run"));

        assertEquals(List.of("first task", "inside at 1", "at 1"), told);
        assertEquals(2, counter.get());
    }

    @Test
    void methodWithOtherArguments_isLeftAlone() throws Exception {
        Object request = wovenInstance(REQUEST, TASK);

        onNewThread(() ->
                assertEquals(5, request.getClass().getMethod("run", int.class).invoke(request, 5)));

        assertEquals(List.of(), told);
    }

    @Test
    void start_isReportedWhenItReturns() throws Exception {
        Object connector = wovenInstance(CONNECTOR, STARTED);
        doing(connector, () -> told.add("starting"));

        call(connector, "start");

        assertEquals(List.of("starting", "started"), told);
    }

    @Test
    void startThatThrows_isNotReported() throws Exception {
        Object connector = wovenInstance(CONNECTOR, STARTED);
        RuntimeException thrown = new IllegalStateException("port in use");
        doing(connector, () -> {
            throw thrown;
        });

        assertSame(thrown, thrownBy(() -> call(connector, "start")));

        assertEquals(List.of(), told);
    }

    @Test
    void stop_isReportedWhenItReturnsAndWhenItThrows() throws Exception {
        Object connector = wovenInstance(CONNECTOR, STARTED, STOPPED);
        long[] times = new long[1];
        doing(connector, () -> told.add("stopping"));
        assertEquals(true, stop(connector, times));

        RuntimeException thrown = new IllegalStateException("a bug of the server");
        doing(connector, () -> {
            throw thrown;
        });
        assertSame(thrown, thrownBy(() -> stop(connector, times)));

        assertEquals(List.of("stopping", "stopped", "stopped"), told);
        assertEquals(2, times[0]);
    }

    static List<Throwable> failures() {
        return List.of(
                new IllegalStateException(), new OutOfMemoryError(), new StackOverflowError(), new LinkageError());
    }

    @ParameterizedTest
    @MethodSource("failures")
    void whatTheAgentThrows_neverReachesTheServer(Throwable failure) throws Exception {
        Hook.connect(task -> AdviceWeaverTest.<AtomicLong, Error>sneak(failure), (pool, started) -> {
            AdviceWeaverTest.<Void, Error>sneak(failure);
        });
        Object request = wovenInstance(REQUEST, TASK);
        Object connector = wovenInstance(CONNECTOR, STARTED, STOPPED);
        doing(request, () -> told.add("served"));
        doing(connector, () -> told.add("done"));

        onNewThread(() -> call(request, "run"));
        call(connector, "start");
        stop(connector, new long[1]);

        assertEquals(List.of("served", "done", "done"), told);
    }

    @Test
    void classWithoutTheMethod_isUnexpected() {
        UnexpectedClassException e = assertThrows(
                UnexpectedClassException.class,
                () -> weave(CONNECTOR, STARTED, new MethodHook(HookKind.POOL_STOPPED, CONNECTOR, "halt")));
        assertEquals("it has no method halt()", e.getMessage());
    }

    @Test
    void classWhoseMethodHasOtherArguments_isUnexpected() {
        UnexpectedClassException e = assertThrows(
                UnexpectedClassException.class,
                () -> weave(
                        CONNECTOR,
                        new MethodHook(HookKind.POOL_STOPPED, CONNECTOR, "stop", "java.lang.String", "int")));
        assertEquals("it has no method stop(java.lang.String, int)", e.getMessage());
    }

    @Test
    void methodThatOnlySomeVersionsHave_mayBeMissing() throws Exception {
        MethodHook missing = new MethodHook(HookKind.POOL_STOPPED, CONNECTOR, "halt").optional();

        assertNull(weave(CONNECTOR, missing));
        assertNotNull(weave(CONNECTOR, missing, STARTED));
    }

    @Test
    void interfaceWithoutTheCode_isLeftAlone() throws Exception {
        String name = InstrumentedFixtures.Interface.class.getName();

        assertNull(weave(name, new MethodHook(HookKind.POOL_STARTED, name, "start")));
        assertNull(weave(name, new MethodHook(HookKind.POOL_STARTED, name, "begin")));
    }

    @Test
    void staticMethodOfAnInterface_reportsTheExecutorThatItIsGiven() throws Exception {
        String name = InstrumentedFixtures.Interface.class.getName();
        MethodHook hook = new MethodHook(
                HookKind.REQUEST_EXECUTOR,
                name,
                "async",
                "java.util.concurrent.Executor",
                "java.util.function.Supplier");
        ThrowAwayLoader loader = new ThrowAwayLoader(AdviceWeaverTest.class.getClassLoader());
        // A hook of its own, as a hook keeps what was reported to it.
        Class<?> ownHook = loader.define(Hook.class.getName(), classFile(Hook.class.getName()));
        Class<?> woven = loader.define(name, weave(name, hook));
        List<Object> reported = new ArrayList<>();
        Consumer<Object> consumer = reported::add;
        ownHook.getMethod("connectRequestExecutors", Consumer.class).invoke(null, consumer);
        Executor executor = Runnable::run;
        Supplier<String> work = () -> "served";

        Object result = woven.getMethod("async", Executor.class, Supplier.class).invoke(null, executor, work);

        assertEquals("served", result);
        assertEquals(List.of(executor), reported);
    }

    /** A class loader that does not find the hook, as those of module systems may. */
    @Test
    void hookThatIsNotFound_changesNothing() throws Exception {
        ClassLoader without = new ClassLoader(AdviceWeaverTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.equals(Hook.class.getName())) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };
        Object request = instance(new ThrowAwayLoader(without), REQUEST, TASK);
        Object connector = instance(new ThrowAwayLoader(without), CONNECTOR, STARTED, STOPPED);
        doing(request, () -> told.add("served"));
        doing(connector, () -> told.add("done"));

        call(request, "run");
        call(connector, "start");
        assertEquals(true, stop(connector, new long[1]));

        assertEquals(List.of("served", "done", "done"), told);
    }

    private static byte[] weave(String className, MethodHook... hooked) throws IOException, UnexpectedClassException {
        return WEAVER.weave(className, classFile(className), List.of(hooked));
    }

    private static Object wovenInstance(String className, MethodHook... hooked) throws Exception {
        return instance(new ThrowAwayLoader(AdviceWeaverTest.class.getClassLoader()), className, hooked);
    }

    private static Object instance(ThrowAwayLoader loader, String className, MethodHook... hooked) throws Exception {
        Class<?> type = loader.define(className, weave(className, hooked));
        assertNotSame(Class.forName(className), type);
        return type.getConstructor().newInstance();
    }

    private static byte[] classFile(String className) throws IOException {
        String file = className.replace('.', '/') + ".class";
        try (InputStream in = AdviceWeaverTest.class.getClassLoader().getResourceAsStream(file)) {
            return in.readAllBytes();
        }
    }

    private static void doing(Object target, Runnable work) throws ReflectiveOperationException {
        target.getClass().getField("work").set(target, work);
    }

    private static void call(Object target, String method) throws Exception {
        target.getClass().getMethod(method).invoke(target);
    }

    private static void callUnchecked(Object target, String method) {
        try {
            call(target, method);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Object stop(Object connector, long[] times) throws Exception {
        return connector
                .getClass()
                .getMethod("stop", String.class, long[].class)
                .invoke(connector, "", times);
    }

    private static Throwable thrownBy(Action action) {
        return assertThrows(InvocationTargetException.class, action::run).getCause();
    }

    /** On a thread that has no counter yet. */
    private static void onNewThread(Action action) throws Exception {
        FutureTask<?> task = new FutureTask<>(() -> {
            action.run();
            return null;
        });
        new Thread(task, "worker").start();
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Erased: any throwable leaves as it is.
    private static <R, T extends Throwable> R sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    private interface Action {
        void run() throws Exception;
    }
}
