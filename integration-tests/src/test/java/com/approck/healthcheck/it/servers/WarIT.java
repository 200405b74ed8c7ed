package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.StatsdListener;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A WAR file in the Tomcat that Debian packages, started by its own script, with the agent where an admin puts it; deployed
 * ten times, or as often as {@code -Dwar.deployments=50} says.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class WarIT {

    private static final Path TOMCAT = Path.of("/usr/share/tomcat10");
    private static final Duration TO_START = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int DEPLOYMENTS = Integer.getInteger("war.deployments", 10);
    private static final Pattern LOADERS =
            Pattern.compile("(\\d+) +\\d+ +org\\.apache\\.catalina\\.loader\\.\\w+Loader\\b");

    @Parameter
    Jdk jdk;

    @TempDir
    Path base;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    void webApplication_isCountedThroughItsRedeployments_andNoneIsHeldByTheAgent() throws IOException {
        Tool.TOMCAT.require();
        StatsdListener wire = processes.wire();
        makeBase();
        deploy(1);
        ProcessUnderTest tomcat = processes.process(
                "tomcat10-jdk" + jdk.feature(),
                Map.of(
                        "JAVA_HOME",
                        jdk.home().toString(),
                        "CATALINA_HOME",
                        TOMCAT.toString(),
                        "CATALINA_BASE",
                        base.toString(),
                        // Soft references would keep what nobody needs.
                        "CATALINA_OPTS",
                        "-XX:SoftRefLRUPolicyMSPerMB=0 " + TestProcesses.agent("stuck-after=3s,port=" + wire.port())),
                List.of(TOMCAT.resolve("bin/catalina.sh").toString(), "run"));
        int port = Integer.parseInt(tomcat.awaitStderr(
                        "Starting ProtocolHandler \\[\"http-nio-127\\.0\\.0\\.1-auto-\\d+-(\\d+)\"\\]", TO_START)
                .group(1));
        for (int number = 1; number <= DEPLOYMENTS; number++) {
            if (number > 1) {
                deploy(number);
            }
            String wanted = "number " + number;
            Await.until(
                    SOON,
                    () -> Http.get(port, "/number").body().equals(wanted),
                    () -> wanted + " is deployed\n" + tomcat.describe());
        }
        wire.await(Moment.now(), SOON, "workers:200|g");
        Await.until(
                SOON, () -> loaders(tomcat) == 1, () -> "one web application is in the heap, not " + loaders(tomcat));

        CompletableFuture<?> never = Http.send(port, "/hang");
        wire.await(Moment.now(), SOON, "workers:199|g");
        assertEquals(false, never.isDone());
        List<String> warnings = tomcat.stderr()
                .lines()
                .filter(line -> line.startsWith("healthcheck: ") && !line.matches("healthcheck: (watching|worker) .*"))
                .toList();
        assertEquals(List.of(), warnings);
    }

    /** How many class loaders of web applications a full collection leaves. */
    private int loaders(ProcessUnderTest tomcat) {
        ProcessUnderTest jcmd = processes.process(
                "jcmd",
                Map.of(),
                List.of(jdk.tool("jcmd").toString(), Long.toString(tomcat.pid()), "GC.class_histogram"));
        assertEquals(0, jcmd.awaitExit(SOON), jcmd::describe);
        Matcher loaders = LOADERS.matcher(jcmd.stdout());
        assertTrue(loaders.find(), () -> "no web application's loader in\n" + jcmd.stdout());
        return Integer.parseInt(loaders.group(1));
    }

    /** A folder as CATALINA_BASE wants it: Debian's settings, but a port of the kernel's choice and a quick look for news. */
    private void makeBase() throws IOException {
        for (String folder : List.of("conf", "logs", "temp", "work", "webapps")) {
            Files.createDirectory(base.resolve(folder));
        }
        for (String file : List.of("catalina.properties", "logging.properties", "web.xml", "context.xml")) {
            Files.copy(TOMCAT.resolve("etc").resolve(file), base.resolve("conf").resolve(file));
        }
        Files.writeString(base.resolve("conf/server.xml"), """
                <Server port="-1">
                  <Listener className="org.apache.catalina.core.JreMemoryLeakPreventionListener"/>
                  <Listener className="org.apache.catalina.core.ThreadLocalLeakPreventionListener"/>
                  <Service name="Catalina">
                    <Connector address="127.0.0.1" port="0" protocol="HTTP/1.1"/>
                    <Engine name="Catalina" defaultHost="localhost" backgroundProcessorDelay="1">
                      <Host name="localhost" appBase="webapps" unpackWARs="true" autoDeploy="true"/>
                    </Engine>
                  </Service>
                </Server>
                """);
    }

    /** Puts a WAR file with that number where Tomcat looks for one, in one step. */
    private void deploy(int number) throws IOException {
        Path war = base.resolve("temp/new.war");
        WarFile.write(war, number);
        Files.move(war, base.resolve("webapps/ROOT.war"), StandardCopyOption.ATOMIC_MOVE);
    }
}
