package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.program.HelloProgram;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent in JVMs that have no pool, or that got wrong settings: it does no harm and says no more than it must. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class AgentInAnyJvmIT {

    private static final Duration TO_EXIT = Duration.ofSeconds(60);
    private static final String HELLO_AND_BYE = "hello\nbye\n";

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void programWithoutPool_sendsAndSaysNothing() {
        StatsdListener wire = processes.wire();
        ProcessUnderTest program = hello("3000", TestProcesses.agent("port=" + wire.port()), Map.of());
        assertEquals(0, program.awaitExit(TO_EXIT));
        assertEquals(HELLO_AND_BYE, program.stdout());
        assertEquals("", program.stderr());
        assertEquals(List.of(), wire.lines());
    }

    @ParameterizedTest
    @ValueSource(strings = {"jcmd -l", "keytool -help", "jar --version", "javac --version"})
    void jdkTool_runsAsWithoutTheAgent(String commandLine) {
        StatsdListener wire = processes.wire();
        Outcome with = runTool(commandLine, TestProcesses.agent("port=" + wire.port()));
        Outcome without = runTool(commandLine, "-Dno.agent=true");
        assertEquals(without, with);
        assertEquals(List.of(), wire.lines());
    }

    static Stream<Arguments> badSettings() {
        return Stream.of(
                Arguments.of("prot=8125", List.of("'prot'", "'8125'", "'port'")),
                Arguments.of("stuckafter=5s", List.of("'stuckafter'", "'5s'", "'stuck-after'")),
                Arguments.of("port=70000", List.of("port", "'70000'", "1 to 65535")),
                Arguments.of("port=0", List.of("port", "'0'", "1 to 65535")),
                Arguments.of("port=eighty", List.of("port", "'eighty'", "1 to 65535")),
                Arguments.of("interval=soon", List.of("interval", "'soon'", "500ms")),
                Arguments.of("stuck-after=-1", List.of("stuck-after", "'-1'", "from 0")),
                Arguments.of("lease=1s", List.of("lease", "interval")),
                Arguments.of("log=loud", List.of("log", "'loud'", "info, debug or off")),
                Arguments.of("enabled=perhaps", List.of("enabled", "'perhaps'", "true or false")),
                Arguments.of("nonsense", List.of("'nonsense'", "key=value")),
                Arguments.of("port=0,log=loud", List.of("port", "'0'", "log", "'loud'")));
    }

    @ParameterizedTest
    @MethodSource("badSettings")
    void badSetting_isOneLineThatNamesIt_andTheProgramRunsOn(String settings, List<String> named) {
        ProcessUnderTest program = hello("line", TestProcesses.agent(settings), Map.of());
        endAfterLine(program);
        assertEquals(0, program.awaitExit(TO_EXIT));
        assertEquals(HELLO_AND_BYE, program.stdout());
        assertOneLine(program.stderr(), named);
    }

    @Test
    void badSettingInPropertyOrEnvironment_isNamedToo() {
        ProcessUnderTest program = hello(
                "line",
                TestProcesses.agent(""),
                Map.of("HEALTHCHECK_STATSD_PORT", "x1"),
                "-Dhealthcheck.lease=forever");
        endAfterLine(program);
        assertEquals(0, program.awaitExit(TO_EXIT));
        assertEquals(HELLO_AND_BYE, program.stdout());
        assertOneLine(program.stderr(), List.of("HEALTHCHECK_STATSD_PORT", "'x1'", "healthcheck.lease", "'forever'"));
    }

    @Test
    void agentSwitchedOff_saysNothing() {
        ProcessUnderTest program = hello("0", TestProcesses.agent("enabled=false,port=70000"), Map.of());
        assertEquals(0, program.awaitExit(TO_EXIT));
        assertEquals(HELLO_AND_BYE, program.stdout());
        assertEquals("", program.stderr());
    }

    @Test
    void agentGivenTwice_isOne() {
        StatsdListener wire = processes.wire();
        String agent = TestProcesses.agent("port=" + wire.port());
        ProcessUnderTest program = hello("1000", agent, Map.of(), agent);
        assertEquals(0, program.awaitExit(TO_EXIT));
        assertEquals(HELLO_AND_BYE, program.stdout());
        assertEquals("", program.stderr());
    }

    /** The agent starts beside the program, which may have ended before it. */
    private static void endAfterLine(ProcessUnderTest program) {
        program.awaitStderr("^healthcheck: ", TO_EXIT);
        program.type("\n");
    }

    private ProcessUnderTest hello(String life, String agent, Map<String, String> environment, String... furtherFlags) {
        List<String> arguments = new ArrayList<>(List.of(furtherFlags));
        arguments.add(agent);
        arguments.add("-cp");
        arguments.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        arguments.add(HelloProgram.class.getName());
        arguments.add(life);
        return processes.java("hello-jdk" + jdk.feature(), jdk, environment, arguments);
    }

    private static void assertOneLine(String stderr, List<String> named) {
        assertEquals(1, stderr.lines().count(), stderr);
        assertTrue(stderr.startsWith("healthcheck: "), stderr);
        for (String word : named) {
            assertTrue(stderr.contains(word), () -> "no " + word + " in: " + stderr);
        }
    }

    private record Outcome(int status, String stdout, String stderr) {}

    private Outcome runTool(String commandLine, String toolOptions) {
        List<String> command = new ArrayList<>(List.of(commandLine.split(" ", -1)));
        String tool = command.set(0, jdk.tool(command.get(0)).toString());
        ProcessUnderTest process = processes.process(
                Path.of(tool).getFileName() + "-jdk" + jdk.feature(),
                Map.of("JAVA_TOOL_OPTIONS", toolOptions, "LC_ALL", "C"),
                command);
        int status = process.awaitExit(TO_EXIT);
        String stdout = process.stdout();
        if (commandLine.startsWith("jcmd")) {
            // The JVMs that happen to run beside it are not its doing; that it lists itself is.
            assertTrue(stdout.contains("JCmd"), stdout);
            stdout = "";
        }
        // The JVM's own line, not the agent's.
        String stderr = process.stderr().replace("Picked up JAVA_TOOL_OPTIONS: " + toolOptions + "\n", "");
        return new Outcome(status, stdout, stderr);
    }
}
