package com.approck.healthcheck.it.program;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * An agent with which some classes take long to be defined. Its argument says which, and for how many milliseconds:
 * {@code com.example.One=1500,com.example.Other=3000}; or for how many milliseconds after another class: {@code
 * com.example.One=1500 after com.example.Other}.
 */
public final class SlowTransformer implements ClassFileTransformer {

    private static final int MAX_WAIT_SECONDS = 120;

    private final Map<String, Long> millis = new HashMap<>();
    private final Map<String, CountDownLatch> latches = new HashMap<>();
    private final Map<String, CountDownLatch> opens = new HashMap<>();

    private SlowTransformer(String argument) {
        for (String entry : argument.split(",", -1)) {
            String[] words = entry.replace('.', '/').split("=| after ", -1);
            millis.put(words[0], Long.parseLong(words[1]));
            if (words.length > 2) {
                CountDownLatch latch = new CountDownLatch(1);
                latches.put(words[0], latch);
                opens.put(words[2], latch);
            }
        }
    }

    public static void premain(String argument, Instrumentation instrumentation) {
        instrumentation.addTransformer(new SlowTransformer(argument), true);
    }

    @Override
    @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        if (redefined != null || name == null) {
            return null;
        }
        CountDownLatch opened = opens.get(name);
        if (opened != null) {
            opened.countDown();
        }
        Long pause = millis.get(name);
        if (pause != null) {
            System.out.println("SLOW " + name);
            try {
                CountDownLatch latch = latches.get(name);
                if (latch != null && !latch.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
                    System.out.println("IN VAIN " + name);
                }
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return null;
    }
}
