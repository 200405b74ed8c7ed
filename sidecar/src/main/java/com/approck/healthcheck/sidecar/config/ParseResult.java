package com.approck.healthcheck.sidecar.config;

import java.nio.file.Path;
import java.util.List;

/** What was asked for. */
public sealed interface ParseResult {
    /** To run. */
    record Run(Settings settings) implements ParseResult {}

    /** To be told how to be used. */
    record Help(String text) implements ParseResult {}

    /** To be told which version this is. */
    record Version() implements ParseResult {}

    /** To be given a module for Python programs. */
    record Print(PythonHooks hooks) implements ParseResult {}

    /** To write all modules for Python programs into a folder. */
    record WriteHooks(Path folder) implements ParseResult {}

    /** Something that cannot be: a line for each problem. */
    record Wrong(List<String> problems) implements ParseResult {
        public Wrong {
            problems = List.copyOf(problems);
        }
    }
}
