package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.instrument.advice.AdviceWeaver;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.timgroup.statsd.NonBlockingUdpSender;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.loading.ByteArrayClassLoader;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.pool.TypePool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every method of some packages is woven, and the JVM's verifier finds no fault: among them are methods with all kinds of
 * arguments and results, loops, switches, locks and handlers, in class files of Java 5 and of Java 17.
 */
final class AdviceVerificationTest {
    private static final ClassWeaver WEAVER = new AdviceWeaver();

    @ParameterizedTest
    @EnumSource(
            value = HookKind.class,
            // They need a class that is asked for classes, or an outer object.
            names = {"BOOT_DELEGATION", "DELIVERY"},
            mode = EnumSource.Mode.EXCLUDE)
    void everyMethod_isVerifiedByTheJvmOnceWoven(HookKind kind) throws Exception {
        int methods = 0;
        for (Class<?> inPackage :
                List.of(NonBlockingUdpSender.class, Test.class, ClassReader.class, ByteArrayClassLoader.class)) {
            try (WeavingLoader loader = new WeavingLoader(inPackage, kind)) {
                for (String name : loader.names()) {
                    // Links the class, and so verifies it, without a run of its static initializer.
                    assertNotNull(Class.forName(name, false, loader).getDeclaredMethods());
                }
                methods += loader.woven;
            }
        }
        assertTrue(methods > 200, methods + " methods were woven");
    }

    /** Loads a package and those below it once more, and weaves all of it. */
    private static final class WeavingLoader extends URLClassLoader {
        private final HookKind kind;
        private final Set<String> names;
        int woven;

        WeavingLoader(Class<?> inPackage, HookKind kind) throws Exception {
            super(new URL[] {jarOf(inPackage)}, AdviceVerificationTest.class.getClassLoader());
            this.kind = kind;
            String prefix = inPackage.getPackageName().replace('.', '/') + '/';
            try (JarFile jar = new JarFile(Path.of(jarOf(inPackage).toURI()).toFile())) {
                names = jar.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.startsWith(prefix))
                        .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                        // Extensions for Kotlin, and for JNA, can't be linked without their libraries.
                        .filter(name -> !name.contains("Kt") && !name.contains("Jna"))
                        .map(name -> name.substring(0, name.length() - ".class".length())
                                .replace('/', '.'))
                        .collect(Collectors.toCollection(TreeSet::new));
            }
        }

        Set<String> names() {
            return names;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!names.contains(name)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? define(name) : loaded;
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in =
                    findResource(name.replace('.', '/') + ".class").openStream()) {
                byte[] classFile = in.readAllBytes();
                List<MethodHook> all = methodsOf(name, classFile);
                byte[] changed = all.isEmpty() ? null : WEAVER.weave(name, classFile, all);
                woven += changed == null ? 0 : all.size();
                byte[] bytes = changed == null ? classFile : changed;
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException | UnexpectedClassException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private static URL jarOf(Class<?> type) {
            return type.getProtectionDomain().getCodeSource().getLocation();
        }

        /** A time limit, or a reason. */
        private static boolean takesAnObject(HookKind kind) {
            return kind == HookKind.WAIT || kind == HookKind.GIVE_UP;
        }

        private static boolean beginsWithAnObject(MethodDescription method) {
            return !method.getParameters().isEmpty()
                    && !method.getParameters().get(0).getType().isPrimitive();
        }

        private List<MethodHook> methodsOf(String className, byte[] classFile) {
            Map<String, List<MethodHook>> byCall = new HashMap<>();
            TypeDescription type = TypePool.Default.WithLazyResolution.of(
                            ClassFileLocator.Simple.of(className, classFile))
                    .describe(className)
                    .resolve();
            for (MethodDescription method : type.getDeclaredMethods()) {
                if (method.isMethod()
                        && (!method.isStatic() || (kind == HookKind.REQUEST_EXECUTOR && beginsWithAnObject(method)))
                        && !method.isAbstract()
                        && !method.isNative()
                        && (kind != HookKind.RECEIVE || !method.getReturnType().isPrimitive())
                        && (!takesAnObject(kind) || beginsWithAnObject(method))) {
                    String[] types = method.getParameters().asTypeList().asErasures().stream()
                            .map(TypeDescription::getActualName)
                            .toArray(String[]::new);
                    byCall.computeIfAbsent(method.getName() + Arrays.toString(types), key -> new ArrayList<>())
                            .add(new MethodHook(kind, className, method.getName(), types));
                }
            }
            // A method and its bridge are two of one name and arguments; those of servers are not.
            return byCall.values().stream()
                    .filter(same -> same.size() == 1)
                    .map(same -> same.get(0))
                    .collect(Collectors.toList());
        }
    }
}
