package com.approck.healthcheck.it.sample;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;

/** {@link TomcatSample} in a class loader that asks its parent for the packages of a list and for nothing else. */
public final class FilteringSample {

    private static final List<String> OF_PARENT =
            List.of("java.", "javax.", "jdk.", "sun.", "com.sun.", "org.w3c.dom.", "org.xml.sax.", "org.ietf.jgss.");

    private FilteringSample() {}

    public static void main(String[] args) throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            classPath.add(new File(entry).toURI().toURL());
        }
        FilteringLoader loader = new FilteringLoader(classPath.toArray(URL[]::new));
        Thread.currentThread().setContextClassLoader(loader);
        loader.loadClass("com.approck.healthcheck.it.sample.TomcatSample")
                .getMethod("main", String[].class)
                .invoke(null, (Object) args);
    }

    private static final class FilteringLoader extends URLClassLoader {

        FilteringLoader(URL[] classPath) {
            super(classPath, FilteringSample.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                return OF_PARENT.stream().anyMatch(name::startsWith) ? super.loadClass(name, resolve) : findClass(name);
            }
        }
    }
}
