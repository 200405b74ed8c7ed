package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
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
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

final class PoolClassTransformerTest {
    /** A class that the table names. */
    private static final String HOOKED = "org.apache.tomcat.util.net.SocketProcessorBase";

    private static final String HOOKED_INTERNALLY = HOOKED.replace('.', '/');
    private static final byte[] NO_CLASS_FILE = {};

    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final List<Class<?>> loaded = new ArrayList<>();
    private Retransformation retransformation = type -> {};
    private int timesTold;
    private final PoolClassTransformer weaver =
            new PoolClassTransformer(instrumentation(), () -> timesTold++, new Log(LogLevel.INFO));

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
    void firstClassOfTheTable_waitsForTheAgentsOwnThread() {
        assertNull(weaver.transform(null, HOOKED_INTERNALLY, null, null, NO_CLASS_FILE));

        assertTrue(weaver.isBehind());
        assertEquals(1, timesTold);
        assertEquals(List.of(), lines());
    }

    @Test
    void transform_loadsNoAsmAndNoClientOnTheApplicationsThread() throws Exception {
        try (RecordingLoader loader = new RecordingLoader()) {
            Class<?> type = loader.loadClass(PoolClassTransformer.class.getName());
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Instrumentation.class, Runnable.class, loader.loadClass(Log.class.getName()));
            constructor.setAccessible(true);
            Runnable nothing = () -> {};
            ClassFileTransformer other = (ClassFileTransformer) constructor.newInstance(null, nothing, null);

            assertNull(other.transform(null, "org/example/App", null, null, NO_CLASS_FILE));
            assertNull(other.transform(null, HOOKED_INTERNALLY, null, null, NO_CLASS_FILE));

            assertTrue(loader.names.contains(PoolClassTransformer.class.getName()), loader.names.toString());
            assertEquals(
                    List.of(),
                    loader.names.stream()
                            .filter(name -> name.startsWith("org.objectweb") || name.startsWith("com.timgroup"))
                            .collect(Collectors.toList()));
        }
    }

    @Test
    void classesThatWait_areWovenByCatchingUp() throws Exception {
        byte[] classFile = serverClass("run");
        List<byte[]> woven = new ArrayList<>();
        retransformation = type ->
                woven.add(weaver.transform(type.getClassLoader(), HOOKED_INTERNALLY, type, domain(), classFile));
        weaver.transform(null, HOOKED_INTERNALLY, null, null, classFile);

        weaver.catchUp();
        assertTrue(weaver.isBehind(), "the class is not loaded yet");
        loaded.add(String.class);
        loaded.add(load(serverClass("run")));
        weaver.catchUp();

        assertFalse(weaver.isBehind());
        assertEquals(1, woven.size());
        assertNotNull(woven.get(0));
        assertEquals(List.of(), lines());
    }

    @Test
    void classesThatFollow_areWovenAsTheyAreLoaded() throws Exception {
        weaver.catchUp();

        assertNotNull(weaver.transform(getClass().getClassLoader(), HOOKED_INTERNALLY, null, null, serverClass("run")));

        assertFalse(weaver.isBehind());
        assertEquals(0, timesTold);
    }

    @Test
    void classesLoadedBefore_areLookedFor() throws Exception {
        loaded.add(String.class);
        weaver.lookAtLoadedClasses();
        assertFalse(weaver.isBehind());
        assertEquals(0, timesTold);

        loaded.add(load(serverClass("run")));
        weaver.lookAtLoadedClasses();
        assertTrue(weaver.isBehind());
        assertEquals(1, timesTold);
    }

    @Test
    void classThatRefusesToBeWoven_isSaidAndNotTriedAgain() throws Exception {
        retransformation = type -> {
            throw new UnmodifiableClassException("frozen");
        };
        loaded.add(load(serverClass("run")));
        weaver.lookAtLoadedClasses();

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
        weaver.lookAtLoadedClasses();

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
        weaver.lookAtLoadedClasses();

        weaver.catchUp();
        assertTrue(weaver.isBehind());
        weaver.catchUp();

        assertFalse(weaver.isBehind());
        assertEquals(List.of(), lines());
        refusals[0] = 2;
        weaver.lookAtLoadedClasses();
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
        weaver.lookAtLoadedClasses();

        weaver.catchUp();

        assertEquals(List.of(loader, HOOKED), order);
    }

    @Test
    void classOfTheTable_waitsWhileALoaderOfModulesDoes() throws Exception {
        weaver.catchUp();
        weaver.transform(null, HOOKED_INTERNALLY, String.class, null, serverClass("run"));
        assertFalse(weaver.isBehind());

        loaded.add(new ThrowAwayLoader(null)
                .define(
                        "org.jboss.modules.ConcurrentClassLoader",
                        emptyClass("org.jboss.modules.ConcurrentClassLoader")));
        weaver.lookAtLoadedClasses();
        assertNull(weaver.transform(null, HOOKED_INTERNALLY, null, null, serverClass("run")));
        weaver.catchUp();
        assertNotNull(weaver.transform(null, HOOKED_INTERNALLY, null, null, serverClass("run")));
    }

    @Test
    void unexpectedClass_isLeftAloneAndNamedWithItsOrigin() throws Exception {
        weaver.catchUp();

        assertNull(weaver.transform(
                getClass().getClassLoader(), HOOKED_INTERNALLY, null, domain(), serverClass("process")));

        assertEquals(
                List.of("healthcheck: Tomcat's class " + HOOKED
                        + " (from tomcat-99.jar) is left alone: it has no method run()"),
                lines());
    }

    @Test
    void junk_isLeftAloneAndThrowsNothing() {
        weaver.catchUp();

        assertNull(weaver.transform(null, HOOKED_INTERNALLY, null, null, NO_CLASS_FILE));

        assertEquals(1, lines().size());
        assertTrue(
                lines().get(0)
                        .startsWith("healthcheck: Tomcat's class " + HOOKED + " (of unknown origin) is left alone: "),
                lines().get(0));
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
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, HOOKED_INTERNALLY, null, "java/lang/Object", null);
        MethodVisitor code = writer.visitMethod(Opcodes.ACC_PUBLIC, method, "()V", null, null);
        code.visitCode();
        code.visitInsn(Opcodes.RETURN);
        code.visitMaxs(0, 1);
        code.visitEnd();
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static byte[] emptyClass(String name) {
        ClassWriter writer = new ClassWriter(0);
        writer.visit(Opcodes.V1_8, Opcodes.ACC_PUBLIC, name.replace('.', '/'), null, "java/lang/Object", null);
        writer.visitEnd();
        return writer.toByteArray();
    }

    private static Class<?> load(byte[] classFile) {
        return new ThrowAwayLoader(PoolClassTransformerTest.class.getClassLoader()).define(HOOKED, classFile);
    }

    private static ProtectionDomain domain() throws MalformedURLException {
        URL location = new URL("file:/opt/app/lib/tomcat-99.jar");
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
