package com.approck.healthcheck.sidecar.config;

import com.approck.healthcheck.sidecar.hooks.Hooks;
import java.util.List;

/** What was asked for. */
public sealed interface Outcome {
    /** To run. Each remark is a sentence for the log, about something that may be a mistake. */
    record Run(Settings settings, List<String> remarks) implements Outcome {
        public Run {
            remarks = List.copyOf(remarks);
        }
    }

    /** To be told how to be used. */
    record Help(String text) implements Outcome {}

    /** To be told which version this is. */
    record Version() implements Outcome {}

    /** To be given a module for Python programs. */
    record Print(Hooks hooks) implements Outcome {}

    /** Something that cannot be: a line for each problem. */
    record Wrong(List<String> problems) implements Outcome {
        public Wrong {
            problems = List.copyOf(problems);
        }
    }
}
