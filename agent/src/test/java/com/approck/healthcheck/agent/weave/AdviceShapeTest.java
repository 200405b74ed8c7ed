package com.approck.healthcheck.agent.weave;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.boot.Hook;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules for what is inlined into the methods of servers, for every class that is named like advice. */
final class AdviceShapeTest {
    static List<Class<?>> advice() throws IOException, URISyntaxException, ClassNotFoundException {
        Path folder =
                Path.of(Advices.class.getResource("Advices.class").toURI()).getParent();
        List<String> names;
        try (Stream<Path> files = Files.list(folder)) {
            names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Advice.class"))
                    .map(name -> Advices.class.getPackageName() + "." + name.replace(".class", ""))
                    .collect(Collectors.toList());
        }
        List<Class<?>> found = new ArrayList<>();
        for (String name : names) {
            found.add(Class.forName(name));
        }
        assertTrue(found.contains(TaskAdvice.class), found.toString());
        return found;
    }

    @ParameterizedTest
    @MethodSource("advice")
    void advice_isStatelessAndStaticAndSuppressesAll(Class<?> advice) {
        assertEquals(0, advice.getDeclaredFields().length);
        assertEquals(0, advice.getDeclaredClasses().length);
        assertTrue(Modifier.isFinal(advice.getModifiers()));
        int inlined = 0;
        for (Method method : advice.getDeclaredMethods()) {
            assertTrue(Modifier.isStatic(method.getModifiers()), method.toString());
            Advice.OnMethodEnter enter = method.getAnnotation(Advice.OnMethodEnter.class);
            Advice.OnMethodExit exit = method.getAnnotation(Advice.OnMethodExit.class);
            if (enter != null) {
                assertEquals(Throwable.class, enter.suppress(), method.toString());
                assertTrue(enter.inline());
            }
            if (exit != null) {
                assertEquals(Throwable.class, exit.suppress(), method.toString());
                assertTrue(exit.inline());
            }
            assertTrue(enter != null || exit != null, "is not inlined: " + method);
            inlined++;
        }
        assertTrue(inlined > 0);
    }

    @ParameterizedTest
    @MethodSource("advice")
    void advice_isAtMostThreeLinesWithOneCallIntoTheHook(Class<?> advice) throws IOException {
        try (InputStream in = advice.getResourceAsStream(advice.getSimpleName() + ".class")) {
            new ClassReader(in)
                    .accept(
                            new ClassVisitor(Opcodes.ASM9) {
                                @Override
                                public MethodVisitor visitMethod(
                                        int access, String name, String descriptor, String signature, String[] thrown) {
                                    return name.equals("<init>") ? null : new Body(advice.getSimpleName() + "." + name);
                                }
                            },
                            ClassReader.SKIP_FRAMES);
        }
    }

    private static final class Body extends MethodVisitor {
        private final String method;
        private final List<String> calls = new ArrayList<>();
        private final Set<Integer> lines = new HashSet<>();

        Body(String method) {
            super(Opcodes.ASM9);
            this.method = method;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            calls.add(owner.replace('/', '.'));
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            calls.add("a lambda");
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            calls.add(type);
        }

        @Override
        public void visitLineNumber(int line, Label start) {
            lines.add(line);
        }

        @Override
        public void visitEnd() {
            assertEquals(List.of(Hook.class.getName()), calls, method);
            // With that of the closing brace, where the method returns.
            assertTrue(lines.size() <= 4, method + " has code on the lines " + lines);
        }
    }
}
