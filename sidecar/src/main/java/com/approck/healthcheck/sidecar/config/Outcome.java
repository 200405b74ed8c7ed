package com.approck.healthcheck.sidecar.config;

import com.approck.healthcheck.sidecar.hooks.Hooks;
import java.net.URI;
import java.util.List;

/** What was asked for. */
public sealed interface Outcome {
    /** To run. */
    record Run(Settings settings) implements Outcome {}

    /** To be told how to be used. */
    record Help(String text) implements Outcome {}

    /** To be told which version this is. */
    record Version() implements Outcome {}

    /** To be given a module for Python programs. */
    record Print(Hooks hooks) implements Outcome {}

    /** To ask a running sidecar. */
    record Ask(URI probe) implements Outcome {
        static Ask below(String base, String probe) {
            return new Ask(URI.create((base.endsWith("/") ? base : base + "/") + "health/" + probe));
        }

        /** Every address of the machine can be listened on, but not be asked. */
        static Ask at(String host, int port, String probe) {
            boolean any = host.equals("0.0.0.0") || host.equals("::");
            String asked = any ? "127.0.0.1" : host.indexOf(':') < 0 ? host : "[" + host + "]";
            return below("http://" + asked + ":" + port, probe);
        }
    }

    /** Something that cannot be: a line for each problem. */
    record Wrong(List<String> problems) implements Outcome {
        public Wrong {
            problems = List.copyOf(problems);
        }
    }
}
