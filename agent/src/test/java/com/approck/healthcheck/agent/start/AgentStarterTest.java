package com.approck.healthcheck.agent.start;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.approck.healthcheck.agent.Await;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentStarterTest {
    private final PrintStream stderr = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final List<String> calls = new ArrayList<>();

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stopListening() {
        System.setErr(stderr);
    }

    @Test
    void start_looksAtClassesAndSaysNothing() {
        start(null);

        assertEquals(List.of("addTransformer PoolClassTransformer", "addTransformer UnknownServer"), calls);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void wrongSetting_isOneLineAndTheAgentIsOff() {
        start("port=http,log=x");

        assertEquals(List.of(), calls);
        Await.until(
                "the line is written",
                () -> said.toString(StandardCharsets.UTF_8).endsWith(System.lineSeparator()));
        assertEquals(
                "healthcheck: agent off: argument port is 'http'; allowed: a number from 1 to 65535; argument log is"
                        + " 'x'; allowed: info, debug or off"
                        + System.lineSeparator(),
                said.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled=false", "enabled = FALSE", "port=9125, enabled= false"})
    void disabledAgent_looksAtNothingAndSaysNothing(String argument) {
        start(argument);

        assertEquals(List.of(), calls);
        assertEquals("", said.toString(StandardCharsets.UTF_8));
    }

    private void start(String argument) {
        Instrumentation instrumentation = (Instrumentation) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Instrumentation.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getAllLoadedClasses")) {
                        return new Class<?>[0];
                    }
                    for (Object one : arguments) {
                        if (one instanceof ClassFileTransformer) {
                            calls.add(method.getName() + " " + one.getClass().getSimpleName());
                        }
                    }
                    return null;
                });
        AgentStarter.start(argument, instrumentation, new File("no.jar"));
    }
}
