package com.approck.healthcheck.it.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** Runs the main class of a bundle in whatever OSGi framework is on the class path: its path, the class, and options. */
public final class OsgiLauncher {

    private OsgiLauncher() {}

    public static void main(String[] args) throws Exception {
        Framework framework = ServiceLoader.load(FrameworkFactory.class)
                .iterator()
                .next()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        Files.createTempDirectory("osgi-sample").toString()));
        framework.start();
        Bundle bundle = framework
                .getBundleContext()
                .installBundle(Path.of(args[0]).toUri().toString());
        bundle.start();
        bundle.loadClass(args[1]).getMethod("main", String[].class).invoke(null, (Object)
                Arrays.copyOfRange(args, 2, args.length));
    }
}
