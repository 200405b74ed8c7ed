package com.approck.healthcheck.it.support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent of the tests' own, in a jar. */
public final class TestAgent {

    private TestAgent() {}

    /** Makes a jar of an agent that is one class. */
    public static Path jar(Class<?> agent, boolean mayRetransform) throws IOException {
        Path jar = Files.createTempFile("test-agent", ".jar");
        jar.toFile().deleteOnExit();
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(new Attributes.Name("Premain-Class"), agent.getName());
        attributes.put(new Attributes.Name("Can-Retransform-Classes"), Boolean.toString(mayRetransform));
        String classFile = agent.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream in = agent.getClassLoader().getResourceAsStream(classFile)) {
            out.putNextEntry(new JarEntry(classFile));
            in.transferTo(out);
        }
        return jar;
    }
}
