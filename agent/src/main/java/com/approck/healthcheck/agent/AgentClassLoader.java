package com.approck.healthcheck.agent;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.function.Supplier;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Defines the agent's classes and its relocated libraries from a folder of the jar, out of the application's sight and with
 * nothing of the application in theirs: the boot loader is the parent of {@code META-INF/agent/}, and that of
 * {@code META-INF/instrument/}, where Byte Buddy is.
 *
 * <p>It supplies the loader of the latter, a new one at each call. By a type of the JDK's, as this class is not visible from
 * the classes that it loads.
 */
final class AgentClassLoader extends ClassLoader implements Supplier<ClassLoader> {
    /** In a multi-release jar these are for Java 24 and later, and so they are here. */
    private static final String FOR_JAVA_24 = "META-INF/versions/24/";

    private static final boolean IS_JAVA_24 = isJava24();

    static {
        registerAsParallelCapable();
    }

    private final JarFile jar;
    private final String folder;

    /**
     * With no place that its classes come from: of one, the JVM would take note for its archives of classes, and not
     * find them there. And with all permissions, as the entry class had to have them to get here.
     */
    private final ProtectionDomain domain;

    private AgentClassLoader(JarFile jar, String folder, ClassLoader parent) {
        super(parent);
        this.jar = jar;
        this.folder = folder;
        Permissions all = new Permissions();
        all.add(new AllPermission());
        this.domain = new ProtectionDomain(new CodeSource(null, (Certificate[]) null), all);
    }

    /** Here and not with its callers, whose verification would load this class even where it is not used. */
    static Class<?> load(String className, File file) throws IOException, ClassNotFoundException {
        // Not verified: the JVM itself has already opened this jar and runs its code.
        JarFile jar = new JarFile(file, false);
        return Class.forName(className, true, new AgentClassLoader(jar, "META-INF/agent/", null));
    }

    @Override
    public ClassLoader get() {
        return new AgentClassLoader(jar, "META-INF/instrument/", this);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        String file = name.replace('.', '/') + ".class";
        JarEntry entry = jar.getJarEntry(folder + file);
        if (entry == null && IS_JAVA_24) {
            entry = jar.getJarEntry(folder + FOR_JAVA_24 + file);
        }
        if (entry == null) {
            throw new ClassNotFoundException(name);
        }
        byte[] bytes;
        try (InputStream in = jar.getInputStream(entry)) {
            bytes = readFully(in);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
        return defineClass(name, bytes, 0, bytes.length, domain);
    }

    @Override
    public InputStream getResourceAsStream(String name) {
        JarEntry entry = jar.getJarEntry(folder + name);
        if (entry == null) {
            entry = jar.getJarEntry(name);
        }
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            return null;
        }
    }

    private static boolean isJava24() {
        String version = System.getProperty("java.specification.version", "");
        // Before Java 9 it began with 1 and a dot.
        return version.indexOf('.') < 0 && !version.isEmpty() && Integer.parseInt(version) >= 24;
    }

    private static byte[] readFully(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(8192);
        byte[] buffer = new byte[8192];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
        }
        return out.toByteArray();
    }
}
