package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.reflect.ModuleOpener;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Field;
import java.security.ProtectionDomain;
import java.util.jar.JarFile;

/**
 * Puts the two classes that every class loader must find into the boot loader.
 *
 * <p>They are defined there directly. {@link Instrumentation#appendToBootstrapClassLoaderSearch}, the official way, makes the
 * JVM warn on stderr and give up its shared archive of the application's classes (JDK-8199290 and the CDS documentation:
 * the boot path at run time must be that of the dump), so it is only the way out.
 */
public final class BootstrapInjector {
    private static final String PACKAGE = "com.approck.healthcheck.agent.bootstrap.";
    private static final String HOOK = PACKAGE + "Hook";

    /** In this order: the hook calls the other. */
    private static final String[] CLASSES = {PACKAGE + "VirtualSlots", HOOK};

    private BootstrapInjector() {}

    /** Whether the boot loader has the hook. */
    public static boolean hasHook() {
        try {
            Class.forName(HOOK, false, null);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Defines the hook and what it calls. */
    public static void defineHook(Instrumentation instrumentation, File jar) throws IOException {
        try {
            ModuleOpener opener = new ModuleOpener(instrumentation);
            for (String name : CLASSES) {
                define(name, read(jar, name), opener);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            instrumentation.appendToBootstrapClassLoaderSearch(new JarFile(jar));
        }
    }

    private static void define(String name, byte[] bytes, ModuleOpener opener) throws ReflectiveOperationException {
        Object unsafe;
        try {
            unsafe = internalUnsafe(opener);
        } catch (ClassNotFoundException java8) {
            Field field = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
            field.setAccessible(true);
            unsafe = field.get(null);
        }
        unsafe.getClass()
                .getMethod(
                        "defineClass",
                        String.class,
                        byte[].class,
                        int.class,
                        int.class,
                        ClassLoader.class,
                        ProtectionDomain.class)
                .invoke(unsafe, name, bytes, 0, bytes.length, null, null);
    }

    /** The JDK's internal Unsafe (Java 9+), whose package is exported to the agent's module first. */
    private static Object internalUnsafe(ModuleOpener opener) throws ReflectiveOperationException {
        Class<?> type = Class.forName("jdk.internal.misc.Unsafe", false, null);
        opener.export(type);
        return type.getMethod("getUnsafe").invoke(null);
    }

    private static byte[] read(File jar, String name) throws IOException {
        try (JarFile file = new JarFile(jar, false);
                InputStream in = file.getInputStream(file.getEntry(name.replace('.', '/') + ".class"))) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
            return out.toByteArray();
        }
    }
}
