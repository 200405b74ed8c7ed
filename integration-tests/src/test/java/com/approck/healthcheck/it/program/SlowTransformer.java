package com.approck.healthcheck.it.program;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.HashMap;
import java.util.Map;

/**
 * An agent with which some classes take long to be defined. Its argument says which, and for how many milliseconds:
 * {@code com.example.One=1500,com.example.Other=3000}.
 */
public final class SlowTransformer implements ClassFileTransformer {

    private final Map<String, Long> millis = new HashMap<>();

    private SlowTransformer(String argument) {
        for (String entry : argument.split(",", -1)) {
            String[] words = entry.split("=", -1);
            millis.put(words[0].replace('.', '/'), Long.parseLong(words[1]));
        }
    }

    public static void premain(String argument, Instrumentation instrumentation) {
        instrumentation.addTransformer(new SlowTransformer(argument), true);
    }

    @Override
    @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        Long pause = redefined == null && name != null ? millis.get(name) : null;
        if (pause != null) {
            System.out.println("SLOW " + name);
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return null;
    }
}
