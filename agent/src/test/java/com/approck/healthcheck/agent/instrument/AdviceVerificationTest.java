package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.pool.FakePools;
import com.approck.healthcheck.agent.pool.PoolType.HookKind;
import com.approck.healthcheck.agent.pool.PoolType.MethodHook;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Every method of two libraries is woven, and the JVM's verifier finds no fault: among them are methods with all kinds of
 * arguments and results, loops, switches, locks and handlers, in class files of Java 5 and of Java 17.
 */
final class AdviceVerificationTest {
    @ParameterizedTest
    @EnumSource(HookKind.class)
    void everyMethod_isVerifiedByTheJvmOnceWoven(HookKind event) throws Exception {
        int methods = 0;
        for (Class<?> inLibrary : List.of(ClassReader.class, Test.class)) {
            try (WeavingLoader loader = new WeavingLoader(libraryOf(inLibrary), event)) {
                for (String name : loader.names()) {
                    // Links the class, and so verifies it, without a run of its static initializer.
                    assertNotNull(Class.forName(name, false, loader).getDeclaredMethods());
                }
                methods += loader.woven;
            }
        }
        assertTrue(methods > 500, methods + " methods were woven");
    }

    private static Path libraryOf(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Loads a library once more, and weaves all of it. */
    private static final class WeavingLoader extends URLClassLoader {
        private final Path library;
        private final HookKind event;
        private final Set<String> names;
        int woven;

        WeavingLoader(Path library, HookKind event) throws IOException {
            super(new URL[] {library.toUri().toURL()}, AdviceVerificationTest.class.getClassLoader());
            this.library = library;
            this.event = event;
            this.names = names();
        }

        Set<String> names() throws IOException {
            try (JarFile jar = new JarFile(library.toFile())) {
                return jar.stream()
                        .map(entry -> entry.getName())
                        .filter(name -> name.endsWith(".class") && !name.endsWith("-info.class"))
                        .filter(name -> !name.startsWith("META-INF/"))
                        // Extensions for Kotlin can't be linked without its library.
                        .filter(name -> !name.contains("Kt"))
                        .map(name -> name.substring(0, name.length() - ".class".length())
                                .replace('/', '.'))
                        .collect(Collectors.toCollection(TreeSet::new));
            }
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
                byte[] changed = all.isEmpty() ? null : Advices.weave(classFile, all);
                woven += changed == null ? 0 : all.size();
                byte[] bytes = changed == null ? classFile : changed;
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException | UnexpectedClassException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        private List<MethodHook> methodsOf(String className, byte[] classFile) {
            Map<String, List<MethodHook>> byCall = new HashMap<>();
            new ClassReader(classFile)
                    .accept(
                            new ClassVisitor(Opcodes.ASM9) {
                                @Override
                                public MethodVisitor visitMethod(
                                        int access, String name, String descriptor, String signature, String[] thrown) {
                                    int without = Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE;
                                    if ((access & without) == 0 && !name.startsWith("<")) {
                                        String[] types = Arrays.stream(Type.getArgumentTypes(descriptor))
                                                .map(Type::getClassName)
                                                .toArray(String[]::new);
                                        byCall.computeIfAbsent(name + Arrays.toString(types), key -> new ArrayList<>())
                                                .add(FakePools.hooked(event, className, name, types));
                                    }
                                    return null;
                                }
                            },
                            ClassReader.SKIP_CODE);
            // A method and its bridge are two of one name and arguments; those of servers are not.
            return byCall.values().stream()
                    .filter(same -> same.size() == 1)
                    .map(same -> same.get(0))
                    .collect(Collectors.toList());
        }
    }
}
