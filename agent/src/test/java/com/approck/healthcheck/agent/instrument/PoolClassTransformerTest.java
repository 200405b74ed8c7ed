package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.instrument.advice.AdviceWeaver;
import com.approck.healthcheck.agent.log.Log;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Proxy;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.ClassFileVersion;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.implementation.StubMethod;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PoolClassTransformerTest {
    /** A class that the table names. */
    private static final String HOOKED = "org.apache.tomcat.util.net.SocketProcessorBase";

    private static final String HOOKED_INTERNALLY = HOOKED.replace('.', '/');
    private static final byte[] NO_CLASS_FILE = {};
    private static final String LEFT_ALONE =
            "healthcheck: Tomcat's class " + HOOKED + " (from tomcat-99.jar) is left alone: ";

    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final List<Class<?>> loaded = new ArrayList<>();
    private Retransformation retransformation = type -> {};
    private final List<byte[]> woven = new ArrayList<>();
    private int timesTold;
    private int weavers;
    private final PoolClassTransformer weaver = new PoolClassTransformer(
            instrumentation(),
            this::newWeaver,
            () -> timesTold++,
            new Log(LogLevel.INFO, line -> System.err.println(line)));

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(stderr);
    }

    @Test
    void classOutsideTheTable_isUnchanged() {
        assertNull(weaver.transform(null, "java/lang/String", null, null, NO_CLASS_FILE));
        assertNull(weaver.transform(getClass().getClassLoader(), "org/example/App", null, null, NO_CLASS_FILE));
        assertNull(weaver.transform(null, null, null, null, NO_CLASS_FILE));
        assertNull(weaver.transform(null, "", null, null, null));

        assertFalse(weaver.isBehind());
        assertEquals(0, timesTold);
        assertEquals(List.of(), lines());
    }

    @Test
    void classOfTheTable_isNotedWhenItIsLoaded_andNothingElse() {
        assertNull(weaver.transform(null, HOOKED_INTERNALLY, null, null, NO_CLASS_FILE));

        assertTrue(weaver.isBehind());
        assertEquals(-1, weaver.generation());
        assertEquals(1, timesTold);
        assertEquals(0, weavers);
        assertEquals(List.of(), lines());
    }

    @Test
    void transform_loadsNoByteBuddyAndNoClientOnTheApplicationsThread() throws Exception {
        try (RecordingLoader loader = new RecordingLoader()) {
            Class<?> type = loader.loadClass(PoolClassTransformer.class.getName());
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Instrumentation.class, Supplier.class, Runnable.class, loader.loadClass(Log.class.getName()));
            Runnable nothing = () -> {};
            ClassFileTransformer other = (ClassFileTransformer) constructor.newInstance(null, null, nothing, null);

            assertNull(other.transform(null, "org/example/App", null, null, NO_CLASS_FILE));
            assertNull(other.transform(null, HOOKED_INTERNALLY, null, null, NO_CLASS_FILE));
            assertNull(other.transform(null, HOOKED_INTERNALLY, String.class, null, NO_CLASS_FILE));

            assertTrue(loader.names.contains(PoolClassTransformer.class.getName()), loader.names.toString());
            assertEquals(
                    List.of(),
                    loader.names.stream()
                            .filter(name -> name.startsWith("net.bytebuddy") || name.startsWith("com.timgroup"))
                            .collect(Collectors.toList()));
        }
    }

    @Test
    void classesThatWait_areInstrumentedByCatchingUp() {
        byte[] classFile = serverClass("run");
        retransformation = type -> retransformed(type, classFile);
        weaver.transform(null, HOOKED_INTERNALLY, null, null, classFile);

        weaver.catchUp();
        assertTrue(weaver.isBehind());
        loaded.add(String.class);
        loaded.add(load(classFile));
        weaver.catchUp();

        assertFalse(weaver.isBehind());
        assertEquals(2, weaver.generation());
        assertEquals(1, woven.size());
        assertNotNull(woven.get(0));
        assertEquals(List.of(), lines());
    }

    @Test
    void classThatDeliversMessages_isLoadedBeforeTheFirst() throws Exception {
        String dispatcher = "com.rabbitmq.client.impl.ConsumerDispatcher";
        try (RecordingLoader loader = new RecordingLoader()) {
            loaded.add(loader.loadClass(dispatcher));
            weaver.transform(loader, dispatcher.replace('.', '/'), null, null, NO_CLASS_FILE);
            assertFalse(loader.names.contains(dispatcher + "$5"), loader.names.toString());

            weaver.catchUp();

            assertTrue(loader.names.contains(dispatcher + "$5"), loader.names.toString());
        }
    }

    @Test
    void libraryOfConsumers_isSeenByAnyOfItsClasses() {
        assertFalse(weaver.hasSeenLibraryOfConsumers());

        weaver.transform(null, "com/rabbitmq/client/impl/ConsumerDispatcher", null, null, NO_CLASS_FILE);

        assertTrue(weaver.hasSeenLibraryOfConsumers());
        assertTrue(weaver.hasSeenLibrary("RabbitMQ"));
        assertFalse(weaver.hasSeenLibrary("Kafka"));
        assertFalse(weaver.hasSeenConsumer());
    }

    @Test
    void classOfAFrameworkThatAsksConsumers_isNoSignOfTheirLibrary() {
        weaver.transform(
                null, "org/springframework/jms/support/destination/JmsDestinationAccessor", null, null, NO_CLASS_FILE);

        assertTrue(weaver.isBehind());
        assertFalse(weaver.hasSeenLibraryOfConsumers());
        assertFalse(weaver.hasSeenConsumer());

        weaver.transform(
                null, "org/apache/activemq/artemis/core/client/impl/ClientConsumerImpl", null, null, NO_CLASS_FILE);

        assertTrue(weaver.hasSeenLibrary("Artemis"));
        assertTrue(weaver.hasSeenConsumer());
    }

    @Test
    void classThatSomeoneElseRetransforms_isNotWovenOnTheirThreadButAgainOnOurs() {
        byte[] classFile = serverClass("run");
        Class<?> type = load(classFile);
        loaded.add(type);
        retransformation = each -> retransformed(each, classFile);
        noteLoaded();
        weaver.catchUp();
        assertFalse(weaver.isBehind());

        assertNull(weaver.transform(type.getClassLoader(), HOOKED_INTERNALLY, type, domain(), classFile));

        assertTrue(weaver.isBehind());
        weaver.catchUp();
        assertEquals(2, woven.size());
        assertNotNull(woven.get(1));
    }

    @Test
    void weaver_isMadeOnceAndAgainAfterItWasLetGo() {
        retransformation = each -> retransformed(each, serverClass("run"));
        loaded.add(load(serverClass("run")));
        for (int i = 0; i < 3; i++) {
            noteLoaded();
            weaver.catchUp();
            weaver.rest();
        }
        assertEquals(1, weavers);

        for (int i = 0; i < 60; i++) {
            weaver.rest();
        }
        noteLoaded();
        weaver.catchUp();
        assertEquals(2, weavers);
        assertEquals(4, woven.size());
    }

    /** It may be in no list of loaded classes yet. */
    @Test
    void classThatWasLoadedBefore_waitsByItsName() {
        weaver.loaded("java/lang/String");
        assertFalse(weaver.isBehind());

        weaver.loaded(HOOKED_INTERNALLY);

        assertTrue(weaver.isBehind());
        assertEquals(1, timesTold);
    }

    @Test
    void classThatIsSaidToBeLoadedOnceMore_isNotInstrumentedAgain() {
        retransformation = each -> retransformed(each, serverClass("run"));
        loaded.add(load(serverClass("run")));
        weaver.loaded(HOOKED_INTERNALLY);
        weaver.catchUp();

        weaver.loaded(HOOKED_INTERNALLY);

        assertFalse(weaver.isBehind());
        assertEquals(1, timesTold);
        assertEquals(1, woven.size());
    }

    @Test
    void classWhoseLoaderKeepsTheHookFromIt_isSaidAndNotWoven_whereTheLoaderCannotBeChanged() {
        List<Class<?>> retransformed = new ArrayList<>();
        retransformation = retransformed::add;
        ClassLoader filter = new ClassLoader(getClass().getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (!name.startsWith("java.")) {
                    throw new ClassNotFoundException(name);
                }
                return super.loadClass(name, resolve);
            }
        };
        loaded.add(new ThrowAwayLoader(filter).define(HOOKED, serverClass("run")));
        noteLoaded();

        weaver.catchUp();

        assertFalse(weaver.isBehind());
        assertEquals(List.of(filter.getClass()), retransformed, "the loader's class and no other");
        assertEquals(
                List.of("healthcheck: requests of Tomcat's class " + HOOKED
                        + " (of unknown origin) cannot be followed, because"
                        + " its class loader " + ThrowAwayLoader.class.getName()
                        + " does not find the agent's hook; the"
                        + " stacks of its threads are followed instead, once a sample"),
                lines());
    }

    @Test
    void classThatRefusesToBeWoven_isSaidAndNotTriedAgain() throws Exception {
        retransformation = type -> {
            throw new UnmodifiableClassException("frozen");
        };
        loaded.add(load(serverClass("run")));
        noteLoaded();

        weaver.catchUp();

        assertFalse(weaver.isBehind());
        assertEquals(
                List.of("healthcheck: the loaded class " + HOOKED
                        + " is left alone: java.lang.instrument.UnmodifiableClassException: frozen"),
                lines());
    }

    @Test
    void jvmThatFailsInside_isSaidAndNotAskedAgain() {
        retransformation = type -> {
            throw new InternalError();
        };
        loaded.add(load(serverClass("run")));
        noteLoaded();

        weaver.catchUp();

        assertFalse(weaver.isBehind());
        assertEquals(
                List.of("healthcheck: the loaded class " + HOOKED + " is left alone: java.lang.InternalError"),
                lines());
    }

    @Test
    void classThatTheJvmRefuses_isTriedOnceMore() {
        int[] refusals = {1};
        retransformation = type -> {
            if (refusals[0]-- > 0) {
                throw new VerifyError();
            }
        };
        loaded.add(load(serverClass("run")));
        noteLoaded();

        weaver.catchUp();
        assertTrue(weaver.isBehind());
        weaver.catchUp();

        assertFalse(weaver.isBehind());
        assertEquals(List.of(), lines());
        refusals[0] = 2;
        noteLoaded();
        weaver.catchUp();
        assertFalse(weaver.isBehind());
        assertEquals(
                List.of("healthcheck: the loaded class " + HOOKED + " is left alone: java.lang.VerifyError"), lines());
    }

    @Test
    void loaderOfModules_isWovenBeforeTheClassesThatItLoads() throws Exception {
        String loader = "org.jboss.modules.ConcurrentClassLoader";
        List<String> order = new ArrayList<>();
        retransformation = type -> order.add(type.getName());
        loaded.add(load(serverClass("run")));
        loaded.add(new ThrowAwayLoader(null).define(loader, emptyClass(loader)));
        noteLoaded();

        weaver.catchUp();

        assertEquals(List.of(loader, HOOKED), order);
    }

    @Test
    void unexpectedClass_isLeftAloneAndNamedWithItsOrigin() {
        instrument(serverClass("process"));

        assertEquals(Collections.singletonList(null), woven);
        assertEquals(List.of(LEFT_ALONE + "it has no method run()"), lines());
    }

    @Test
    void unexpectedClass_isNamedWithoutByteBuddyToo() {
        loaded.add(load(serverClass("process")));
        noteLoaded();

        weaver.warnOfMissingMethods();
        weaver.warnOfMissingMethods();

        assertEquals(
                List.of("healthcheck: Tomcat's class " + HOOKED + " (of unknown origin) is left alone: it has no method"
                        + " run()"),
                lines());
        assertEquals(0, weavers);
    }

    @Test
    void classWithTheMethods_isNoWarningWithoutByteBuddy() {
        loaded.add(load(serverClass("run")));
        noteLoaded();

        weaver.warnOfMissingMethods();

        assertEquals(List.of(), lines());
    }

    @Test
    void junk_isLeftAloneAndThrowsNothing() {
        instrument(NO_CLASS_FILE);

        assertEquals(Collections.singletonList(null), woven);
        assertEquals(1, lines().size());
        assertTrue(lines().get(0).startsWith(LEFT_ALONE), lines().get(0));
    }

    private void instrument(byte[] classFile) {
        retransformation = type -> retransformed(type, classFile);
        loaded.add(load(serverClass("run")));
        noteLoaded();
        weaver.catchUp();
    }

    private void noteLoaded() {
        loaded.forEach(each -> weaver.transform(null, each.getName().replace('.', '/'), null, null, NO_CLASS_FILE));
    }

    private void retransformed(Class<?> type, byte[] classFile) throws Exception {
        woven.add(weaver.transform(type.getClassLoader(), HOOKED_INTERNALLY, type, domain(), classFile));
    }

    private ClassWeaver newWeaver() {
        weavers++;
        return new AdviceWeaver();
    }

    private Instrumentation instrumentation() {
        return (Instrumentation) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Instrumentation.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "getAllLoadedClasses" -> loaded.toArray(new Class<?>[0]);
                        case "retransformClasses" -> {
                            retransformation.of(((Class<?>[]) arguments[0])[0]);
                            yield null;
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                });
    }

    private static byte[] serverClass(String method) {
        return new ByteBuddy(ClassFileVersion.JAVA_V8)
                .subclass(Object.class)
                .name(HOOKED)
                .defineMethod(method, void.class, Visibility.PUBLIC)
                .intercept(StubMethod.INSTANCE)
                .make()
                .getBytes();
    }

    private static byte[] emptyClass(String name) {
        return new ByteBuddy(ClassFileVersion.JAVA_V8)
                .subclass(Object.class)
                .name(name)
                .make()
                .getBytes();
    }

    private static Class<?> load(byte[] classFile) {
        return new ThrowAwayLoader(PoolClassTransformerTest.class.getClassLoader()).define(HOOKED, classFile);
    }

    private static ProtectionDomain domain() {
        URL location;
        try {
            location = new URL("file:/opt/app/lib/tomcat-99.jar");
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
        return new ProtectionDomain(new CodeSource(location, (Certificate[]) null), null);
    }

    private List<String> lines() {
        return said.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("healthcheck: "))
                .collect(Collectors.toList());
    }

    private interface Retransformation {
        void of(Class<?> type) throws Exception;
    }

    /** Loads the class path of the tests once more, and remembers what it was asked for. */
    private static final class RecordingLoader extends URLClassLoader {
        final List<String> names = new ArrayList<>();

        RecordingLoader() throws MalformedURLException {
            super(classPath(), ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            names.add(name);
            return super.loadClass(name, resolve);
        }

        private static URL[] classPath() throws MalformedURLException {
            List<URL> urls = new ArrayList<>();
            for (String path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                urls.add(new File(path).toURI().toURL());
            }
            return urls.toArray(new URL[0]);
        }
    }
}
