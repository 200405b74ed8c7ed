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
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Defines the agent's classes and its relocated libraries from the jar's {@code META-INF/agent/}, out of the
 * application's sight and with nothing of the application in theirs: the parent is the boot loader.
 */
final class AgentClassLoader extends ClassLoader {
    private static final String FOLDER = "META-INF/agent/";

    static {
        registerAsParallelCapable();
    }

    private final JarFile jar;

    /**
     * With no place that its classes come from: of one, the JVM would take note for its archives of classes, and not
     * find them there. And with all permissions, as the entry class had to have them to get here.
     */
    private final ProtectionDomain domain;

    AgentClassLoader(File file) throws IOException {
        super(null);
        // Not verified: the JVM itself has already opened this jar and runs its code.
        this.jar = new JarFile(file, false);
        Permissions all = new Permissions();
        all.add(new AllPermission());
        this.domain = new ProtectionDomain(new CodeSource(null, (Certificate[]) null), all);
    }

    /** Here and not with its callers, whose verification would load this class even where it is not used. */
    static Class<?> load(String className, File jar) throws IOException, ClassNotFoundException {
        return Class.forName(className, true, new AgentClassLoader(jar));
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        JarEntry entry = jar.getJarEntry(FOLDER + name.replace('.', '/') + ".class");
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
        JarEntry entry = jar.getJarEntry(FOLDER + name);
        if (entry == null) {
            entry = jar.getJarEntry(name);
        }
        try {
            return entry == null ? null : jar.getInputStream(entry);
        } catch (IOException e) {
            return null;
        }
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
