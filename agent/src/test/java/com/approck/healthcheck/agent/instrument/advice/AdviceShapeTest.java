package com.approck.healthcheck.agent.instrument.advice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.bootstrap.Hook;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.bytebuddy.asm.Advice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What keeps the advice from harming the method that it is inlined into. */
final class AdviceShapeTest {
    private static final Pattern CALL = Pattern.compile("\\bHook\\.\\w+\\(");

    static List<Class<?>> adviceClasses() throws IOException, URISyntaxException {
        Path folder = Path.of(
                        AdviceWeaver.class.getResource("AdviceWeaver.class").toURI())
                .getParent();
        try (Stream<Path> files = Files.list(folder)) {
            List<Class<?>> found = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Advice.class"))
                    .<Class<?>>map(AdviceShapeTest::load)
                    .toList();
            assertTrue(found.size() >= 4, found::toString);
            return found;
        }
    }

    @ParameterizedTest
    @MethodSource("adviceClasses")
    void everyMethod_isStaticAndSuppressesWhatItThrows(Class<?> advice) {
        assertEquals(0, advice.getDeclaredFields().length);
        for (Method method : advice.getDeclaredMethods()) {
            assertTrue(Modifier.isStatic(method.getModifiers()), method.toString());
            Advice.OnMethodEnter enter = method.getAnnotation(Advice.OnMethodEnter.class);
            Advice.OnMethodExit exit = method.getAnnotation(Advice.OnMethodExit.class);
            assertTrue(enter == null ^ exit == null, method.toString());
            assertSame(Throwable.class, enter == null ? exit.suppress() : enter.suppress(), method.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("adviceClasses")
    void everyMethod_isAtMostOneCallOfTheHook(Class<?> advice) {
        Path source = Path.of("src/main/java", advice.getName().replace('.', '/') + ".java");
        String text;
        try {
            text = Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long calls = CALL.matcher(text).results().count();
        assertTrue(calls >= 1 && calls <= advice.getDeclaredMethods().length, source + ": " + calls);
        assertTrue(text.contains("import " + Hook.class.getName() + ";"), source.toString());
    }

    private static Class<?> load(String file) {
        try {
            return Class.forName(
                    AdviceWeaver.class.getPackageName() + "." + file.substring(0, file.length() - ".class".length()));
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
