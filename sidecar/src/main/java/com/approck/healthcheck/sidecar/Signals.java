package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.text.Log;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Lets SIGTERM and SIGINT say "stop" to us, not to the JVM.
 *
 * <p>A shutdown hook would not do: with one, the exit code is 143 unless the hook halts the JVM, and a second SIGTERM
 * during {@code --drain} is lost. {@code sun.misc.Signal} is in {@code jdk.unsupported}, which stays for uses like this
 * one (JEP 260); by reflection, because javac has no way to accept its warning about it.
 */
final class Signals {
    private Signals() {}

    /**
     * Where there are no such signals for us ({@code java -Xrs}, a runtime without that module) the JVM ends as it
     * would anyway, and a line says so.
     *
     * @param stop given a signal's name, on a thread of the JVM's
     */
    static void on(Consumer<String> stop, Log log) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            for (String name : new String[] {"TERM", "INT"}) {
                Object proxy = Proxy.newProxyInstance(
                        Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, args) -> {
                            if (method.getName().equals("handle")) {
                                stop.accept("SIG" + name);
                            }
                            return null;
                        });
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ClassNotFoundException e) {
            log.warn("this runtime has no module jdk.unsupported: SIGTERM ends the sidecar at once, without --drain and"
                    + " with exit code 143; add the module (jlink --add-modules jdk.unsupported)");
        } catch (ReflectiveOperationException e) {
            log.warn("signals cannot be handled (java -Xrs?): SIGTERM ends the sidecar at once, without --drain");
        }
    }
}
