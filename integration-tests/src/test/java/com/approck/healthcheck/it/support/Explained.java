package com.approck.healthcheck.it.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.time.Duration;
import java.util.List;

/** What {@code --explain} has printed about a JVM. */
public record Explained(String text) {

    private static final Duration TO_EXIT = Duration.ofSeconds(60);

    /** Asks, and expects an answer and nothing on stderr. */
    public static Explained by(TestProcesses processes, Jdk jdk, ProcessUnderTest jvm) {
        ProcessUnderTest asking = processes.attacher(jdk, Long.toString(jvm.pid()), "--explain");
        assertEquals(0, asking.awaitExit(TO_EXIT), asking::describe);
        assertEquals("", asking.stderr());
        return new Explained(asking.stdout());
    }

    public void assertHas(String line) {
        assertTrue(text.lines().anyMatch(line::equals), () -> "no line '" + line + "' in:\n" + text);
    }

    /** Asserts that a line which begins like that has one below it, in its own block, which contains the text. */
    public void assertHasBelow(String beginning, String contained) {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(beginning)) {
                int depth = indentation(lines.get(i));
                for (int j = i + 1; j < lines.size() && indentation(lines.get(j)) > depth; j++) {
                    if (lines.get(j).contains(contained)) {
                        return;
                    }
                }
            }
        }
        throw new AssertionError("no '" + contained + "' below '" + beginning + "' in:\n" + text);
    }

    private static int indentation(String line) {
        return line.length() - line.stripLeading().length();
    }
}
