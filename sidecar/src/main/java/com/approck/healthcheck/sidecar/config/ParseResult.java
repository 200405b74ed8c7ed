package com.approck.healthcheck.sidecar.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** What was asked for. */
public sealed interface ParseResult {
    /** To start the sidecar. Each remark is a sentence for the log, about something that may be a mistake. */
    record Run(Settings settings, List<String> remarks) implements ParseResult {
        public Run {
            remarks = List.copyOf(remarks);
        }
    }

    /** To print the usage. */
    record Help(String text) implements ParseResult {}

    /** To print the version. */
    record Version() implements ParseResult {}

    /** To print a module for Python programs. */
    record Print(PythonHooks hooks) implements ParseResult {}

    /** To write all modules for Python programs into a folder. */
    record WriteHooks(Path folder) implements ParseResult {}

    /** To ask a running sidecar. */
    record Ask(URI probe) implements ParseResult {
        static Ask below(String base, String probe) {
            return new Ask(URI.create((base.endsWith("/") ? base : base + "/") + "health/" + probe));
        }

        /** A sidecar can listen on every address of the machine, but nobody can ask them all. */
        static Ask at(String host, int port, String probe) {
            boolean any = host.equals("0.0.0.0") || host.equals("::");
            String asked = any ? "127.0.0.1" : host.indexOf(':') < 0 ? host : "[" + host + "]";
            return below("http://" + asked + ":" + port, probe);
        }
    }

    /** Something that cannot be: a line for each problem. */
    record Wrong(List<String> problems) implements ParseResult {
        public Wrong {
            problems = List.copyOf(problems);
        }
    }
}
