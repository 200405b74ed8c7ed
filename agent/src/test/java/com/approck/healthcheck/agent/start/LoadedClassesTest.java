package com.approck.healthcheck.agent.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class LoadedClassesTest {
    private static final long NEVER = 3_600_000;

    private final List<Class<?>> loaded = new CopyOnWriteArrayList<>(List.of(String.class));
    private final List<String> names = new CopyOnWriteArrayList<>();
    private final LoadedClasses classes = new LoadedClasses(instrumentation(), names::add);

    @Test
    void classesThatAreLoaded_areGivenByTheirInternalNames() {
        loaded.add(Map.Entry.class);

        classes.look();

        assertEquals(List.of("java/lang/String", "java/util/Map$Entry"), names);
    }

    /** As one is that was being defined at the first look. */
    @Test
    void classThatIsInTheListLater_isGivenByTheSecondLook() throws InterruptedException {
        classes.look();
        loaded.add(Map.Entry.class);

        Thread thread = classes.lookAgain(1);

        assertTrue(thread.isDaemon());
        assertNull(thread.getContextClassLoader());
        thread.join();
        assertEquals(List.of("java/lang/String", "java/lang/String", "java/util/Map$Entry"), names);
    }

    @Test
    void secondLook_comesAtOnceIfTheApplicationInterruptsItsThread() throws InterruptedException {
        Thread thread = classes.lookAgain(NEVER);
        assertTrue(thread.isAlive());

        thread.interrupt();

        thread.join();
        assertFalse(thread.isAlive());
        assertEquals(List.of("java/lang/String"), names);
    }

    private Instrumentation instrumentation() {
        return (Instrumentation) Proxy.newProxyInstance(
                LoadedClassesTest.class.getClassLoader(),
                new Class<?>[] {Instrumentation.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getAllLoadedClasses" -> loaded.toArray(new Class<?>[0]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
