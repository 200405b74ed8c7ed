package com.approck.healthcheck.sidecar.config;

import com.approck.healthcheck.sidecar.hooks.Hooks;
import java.nio.file.Path;
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

    /** To write all modules for Python programs into a folder. */
    record WriteHooks(Path folder) implements Outcome {}

    /** Something that cannot be: a line for each problem. */
    record Wrong(List<String> problems) implements Outcome {
        public Wrong {
            problems = List.copyOf(problems);
        }
    }
}
