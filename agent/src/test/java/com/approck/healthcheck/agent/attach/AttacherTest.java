package com.approck.healthcheck.agent.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command says before it touches a process. */
final class AttacherTest {
    private static final String USAGE =
            "usage: java -jar healthcheck-agent.jar PID [key=value,key=value] [--explain]" + System.lineSeparator();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(strings = {"", "--explain", "4711 port=8125 4712", "--explain 4711 port=8125 log=off"})
    void wrongNumberOfWords_showsTheUsage(String command) {
        assertEquals(2, run(command));
        assertEquals("healthcheck: " + USAGE, err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4711 --explian", "--explian 4711", "--explain 4711 --verbose"})
    void unknownOption_isNamed(String command) {
        assertEquals(2, run(command));
        String option = command.contains("--explian") ? "--explian" : "--verbose";
        assertEquals("healthcheck: '" + option + "' is not an option; " + USAGE, err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"4711 prot=8125 --explain", "--explain 4711 prot=8125", "4711 prot=8125"})
    void wrongSetting_isNamed(String command) {
        assertEquals(2, run(command));
        assertTrue(err().startsWith("healthcheck: not attached: argument 'prot' is not a setting"), this::err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"my-app --explain", "my-app"})
    void wordInsteadOfPid_isNamed(String command) {
        assertEquals(2, run(command));
        assertTrue(err().startsWith("healthcheck: 'my-app' is not a process identifier"), this::err);
    }

    @Test
    void explain_ofAProcessThatIsNotThere_saysSo() {
        // Linux gives no process a number above 2^22.
        assertEquals(1, run("99999999 --explain"));
        assertEquals("healthcheck: not attached: there is no process 99999999" + System.lineSeparator(), err());
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }

    private int run(String command) {
        return Attacher.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                new File("healthcheck-agent.jar"),
                command.isEmpty() ? new String[0] : command.split(" ", -1));
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
