package com.approck.healthcheck.agent.instrument;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.bootstrap.Hook;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HookDelegationTest {
    private static final ClassLoader OWN = HookDelegationTest.class.getClassLoader();

    @Test
    void loaderThatAsksItsParent_findsTheHook() {
        assertTrue(HookDelegation.findsHook(null));
        assertTrue(HookDelegation.findsHook(OWN));
        assertTrue(HookDelegation.findsHook(new ThrowAwayLoader(OWN)));
        assertFalse(HookDelegation.findsHook(new Filter(OWN)));
        assertFalse(HookDelegation.findsHook(new ThrowAwayLoader(new Filter(OWN))));
        assertFalse(HookDelegation.findsHook(new Refusing()));
    }

    @Test
    void filter_isTheLoaderOrTheParentThatHasALoadClassOfItsOwn() {
        assertSame(Filter.class, HookDelegation.filterOf(new Filter(OWN)));
        assertSame(Filter.class, HookDelegation.filterOf(new SubclassOfFilter(OWN)));
        assertSame(Filter.class, HookDelegation.filterOf(new ThrowAwayLoader(new Filter(OWN))));
        assertSame(Refusing.class, HookDelegation.filterOf(new Refusing()));
        assertNull(HookDelegation.filterOf(new ThrowAwayLoader(null)));
    }

    @Test
    void hook_isInTheMethodThatTheJvmCallsFirst() {
        assertEquals(
                List.of("java.lang.String", "boolean"),
                HookDelegation.hookOf(Filter.class).argumentTypes());
        assertEquals(
                List.of("java.lang.String"),
                HookDelegation.hookOf(Refusing.class).argumentTypes());
        assertEquals(Filter.class.getName(), HookDelegation.hookOf(Filter.class).className());
        assertNull(HookDelegation.hookOf(SubclassOfFilter.class));
    }

    /** Gives out the JDK's classes alone. */
    private static class Filter extends ClassLoader {
        Filter(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("java.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }

    private static final class SubclassOfFilter extends Filter {
        SubclassOfFilter(ClassLoader parent) {
            super(parent);
        }
    }

    private static final class Refusing extends ClassLoader {
        @Override
        public Class<?> loadClass(String name) {
            throw new IllegalStateException(Hook.class + " is not for you");
        }
    }
}
