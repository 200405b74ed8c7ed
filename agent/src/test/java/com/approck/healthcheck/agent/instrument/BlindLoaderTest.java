package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.approck.healthcheck.agent.bootstrap.Hook;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

final class BlindLoaderTest {
    private static final String ARGUMENTS = "(Ljava/lang/String;Z)";

    @Test
    void loaderThatHidesTheBootLoader_findsTheHookOnceWoven_andIsAsBlindAsEverForTheRest() throws Exception {
        assertThrows(ClassNotFoundException.class, () -> new Blind().loadClass(Hook.class.getName()));

        ClassLoader woven = (ClassLoader) new ThrowAwayLoader(getClass().getClassLoader())
                .define(Blind.class.getName(), BlindLoader.weave(classFile(Blind.class), ARGUMENTS))
                .getDeclaredConstructor()
                .newInstance();

        assertSame(Hook.class, woven.loadClass(Hook.class.getName()));
        assertSame(String.class, woven.loadClass("java.lang.String"));
        assertThrows(ClassNotFoundException.class, () -> woven.loadClass(BlindLoader.class.getName()));
    }

    @Test
    void loaderWithOtherMethods_isRefused() throws IOException {
        byte[] noLoader = classFile(Hook.class);
        UnexpectedClassException refused =
                assertThrows(UnexpectedClassException.class, () -> BlindLoader.weave(noLoader, ARGUMENTS));
        assertEquals("it has no method loadClass(Ljava/lang/String;Z)", refused.getMessage());
    }

    private static byte[] classFile(Class<?> type) throws IOException {
        try (InputStream in = type.getResourceAsStream(type.getName().replaceAll(".*\\.", "") + ".class")) {
            return in.readAllBytes();
        }
    }

    /** As those of modules and bundles: the boot loader is asked for {@code java.*} alone. */
    public static final class Blind extends ClassLoader {
        public Blind() {
            super(null);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            for (int i = 0; i < 1; i++) {
                if (name.startsWith("java.")) {
                    return super.loadClass(name, resolve);
                }
            }
            throw new ClassNotFoundException(name);
        }
    }
}
