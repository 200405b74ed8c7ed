package com.approck.healthcheck.sidecar.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/** The Python modules; a row here and a file beside it is the place to add one. */
public enum PythonHooks {
    GUNICORN("healthcheck_hooks.py"),
    GEVENT("healthcheck_gevent.py");

    private final String file;

    PythonHooks(String file) {
        this.file = file;
    }

    /** As {@code --print-hooks} takes it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The module's bytes: UTF-8, with line feeds. */
    public byte[] bytes() {
        try (InputStream resource = PythonHooks.class.getResourceAsStream(file)) {
            if (resource == null) {
                throw new IllegalStateException("no " + file + " in this jar");
            }
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
