package com.approck.healthcheck.agent.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class StackTopTest {
    @Test
    void framesOfTheJdkBelowTheFirst_areLeftOut() {
        assertEquals(
                List.of(
                        "WAITING",
                        "java.lang.Object.wait(X.java:1)",
                        "com.shop.Cart.add(X.java:1)",
                        "org.web.Run.run(X.java:1)"),
                StackTop.of(
                        "WAITING",
                        stack(
                                "java.lang.Object.wait",
                                "jdk.internal.X.y",
                                "com.shop.Cart.add",
                                "sun.nio.Z.z",
                                "org.web.Run.run")));
    }

    @Test
    void framesOfTheJdkAlone_areShown() {
        assertEquals(
                List.of("WAITING", "java.lang.Object.wait(X.java:1)", "java.util.Queue.take(X.java:1)"),
                StackTop.of("WAITING", stack("java.lang.Object.wait", "java.util.Queue.take")));
    }

    @Test
    void deepStack_isCutAfterFiveFrames() {
        List<String> frames = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            frames.add("com.shop.Cart.a" + i);
        }
        List<String> top = StackTop.of("RUNNABLE", stack(frames.toArray(String[]::new)));
        assertEquals(6, top.size());
        assertEquals("com.shop.Cart.a4(X.java:1)", top.get(5));
    }

    @Test
    void threadWithoutAStack_hasItsState() {
        assertEquals(List.of("TERMINATED"), StackTop.of("TERMINATED", stack()));
    }

    private static StackTraceElement[] stack(String... frames) {
        return Stream.of(frames)
                .map(frame -> new StackTraceElement(
                        frame.substring(0, frame.lastIndexOf('.')),
                        frame.substring(frame.lastIndexOf('.') + 1),
                        "X.java",
                        1))
                .toArray(StackTraceElement[]::new);
    }
}
