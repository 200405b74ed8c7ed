package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.approck.healthcheck.agent.bootstrap.Hook;
import com.approck.healthcheck.agent.instrument.advice.AdviceWeaver;
import com.approck.healthcheck.agent.pool.PoolType.HookKind;
import com.approck.healthcheck.agent.pool.PoolType.MethodHook;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BootDelegationAdviceTest {
    private static final ClassWeaver WEAVER = new AdviceWeaver();

    @Test
    void loaderThatHidesTheBootLoader_findsTheHookOnceWoven_andIsAsBlindAsEverForTheRest() throws Exception {
        assertThrows(ClassNotFoundException.class, () -> new Blind().loadClass(Hook.class.getName()));

        ClassLoader woven = (ClassLoader) new ThrowAwayLoader(getClass().getClassLoader())
                .define(Blind.class.getName(), weave(Blind.class))
                .getDeclaredConstructor()
                .newInstance();

        assertSame(Hook.class, woven.loadClass(Hook.class.getName()));
        assertSame(String.class, woven.loadClass("java.lang.String"));
        assertThrows(ClassNotFoundException.class, () -> woven.loadClass(ClassWeaver.class.getName()));
    }

    @Test
    void loaderWithOtherMethods_isRefused() {
        UnexpectedClassException refused = assertThrows(UnexpectedClassException.class, () -> weave(Hook.class));
        assertEquals("it has no method loadClass(java.lang.String, boolean)", refused.getMessage());
    }

    private static byte[] weave(Class<?> type) throws IOException, UnexpectedClassException {
        MethodHook hook =
                new MethodHook(HookKind.BOOT_DELEGATION, type.getName(), "loadClass", "java.lang.String", "boolean");
        return WEAVER.weave(type.getName(), classFile(type), List.of(hook));
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
