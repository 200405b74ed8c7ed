package com.approck.healthcheck.it.servers;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A whole application server: its distribution on Maven Central, and how its own script starts it with a web application
 * in it and all its ports on the loopback interface.
 */
enum AppServer {
    /** Of two processors: 32 tasks and 4 I/O threads for applications, 10 and 2 for the management interface. */
    WILDFLY("org.wildfly:wildfly-dist:zip", 17, 48, "") {
        @Override
        Start prepare(Path home, Path base, Jdk jdk, int port, List<String> jvmFlags) throws IOException {
            copy(home.resolve("standalone"), base);
            WarFile.write(base.resolve("deployments/ROOT.war"), 1);
            return new Start(
                    Map.of("JBOSS_BASE_DIR", base.toString(), "JAVA_OPTS", String.join(" ", jvmFlags)),
                    List.of(
                            home.resolve("bin/standalone.sh").toString(),
                            "-b",
                            "127.0.0.1",
                            "-bmanagement",
                            "127.0.0.1",
                            "-Djboss.socket.binding.port-offset=" + (port - DEFAULT_PORT)));
        }
    },

    /** The pool of its one listener. */
    PAYARA_MICRO("fish.payara.extras:payara-micro", 21, 200, "") {
        @Override
        Start prepare(Path jar, Path base, Jdk jdk, int port, List<String> jvmFlags) throws IOException {
            WarFile.write(base.resolve("ROOT.war"), 1);
            Path asadmin = Files.writeString(
                    base.resolve("commands"),
                    "set configs.config.server-config.network-config.network-listeners.network-listener.http-listener"
                            + ".address=127.0.0.1");
            List<String> command = new ArrayList<>(List.of(jdk.tool("java").toString()));
            command.addAll(jvmFlags);
            command.addAll(List.of(
                    "-jar",
                    jar.toString(),
                    "--prebootcommandfile",
                    asadmin.toString(),
                    "--port",
                    Integer.toString(port),
                    "--nohazelcast",
                    "--rootdir",
                    base.resolve("root").toString(),
                    "--deploy",
                    base.resolve("ROOT.war").toString()));
            return new Start(Map.of(), command);
        }
    },

    /** A listener for HTTP, one for HTTPS and one for the administrator, each with a pool of its own. */
    GLASSFISH("org.glassfish.main.distributions:glassfish:zip", 17, 60, "/ROOT") {
        @Override
        Start prepare(Path home, Path base, Jdk jdk, int port, List<String> jvmFlags) throws IOException {
            copy(home.resolve("glassfish/domains"), base);
            Path domain = base.resolve("domain1");
            WarFile.write(Files.createDirectories(domain.resolve("autodeploy")).resolve("ROOT.war"), 1);
            String flags = String.join("</jvm-options><jvm-options>", jvmFlags);
            Path settings = domain.resolve("config/domain.xml");
            Files.writeString(
                    settings,
                    Pattern.compile("port=\"(\\d+)\"")
                            .matcher(Files.readString(settings))
                            .replaceAll(found ->
                                    "port=\"" + (Integer.parseInt(found.group(1)) + port - DEFAULT_PORT) + "\"")
                            .replace("<network-listener port", "<network-listener address=\"127.0.0.1\" port")
                            .replace("0.0.0.0", "127.0.0.1")
                            .replaceFirst("<jvm-options>", "<jvm-options>" + flags + "</jvm-options><jvm-options>"));
            return new Start(
                    Map.of("AS_JAVA", jdk.home().toString()),
                    List.of(
                            home.resolve("bin/asadmin").toString(),
                            "start-domain",
                            "--verbose",
                            "--domaindir",
                            base.toString(),
                            "domain1"));
        }

        @Override
        boolean runsOn(Jdk jdk) {
            // The OSGi framework in it does not know Java 25.
            return super.runsOn(jdk) && jdk.feature() < 25;
        }
    },

    /** As many as its controller may give its one pool: 128 a processor. */
    LIBERTY("io.openliberty:openliberty-runtime:zip", 17, 256, "") {
        @Override
        Start prepare(Path home, Path base, Jdk jdk, int port, List<String> jvmFlags) throws IOException {
            Path server = Files.createDirectories(base.resolve("servers/defaultServer"));
            WarFile.write(Files.createDirectories(server.resolve("apps")).resolve("ROOT.war"), 1);
            Files.write(server.resolve("jvm.options"), jvmFlags);
            Files.writeString(server.resolve("server.xml"), """
                    <server>
                      <featureManager><feature>servlet-6.0</feature></featureManager>
                      <httpEndpoint id="defaultHttpEndpoint" host="127.0.0.1" httpPort="%d" httpsPort="-1"/>
                      <webApplication location="ROOT.war" contextRoot="/"/>
                    </server>
                    """.formatted(port));
            return new Start(
                    Map.of("WLP_USER_DIR", base.toString()),
                    List.of(home.resolve("bin/server").toString(), "run", "defaultServer"));
        }
    };

    /** The command that starts a server, and its environment. */
    record Start(Map<String, String> environment, List<String> command) {}

    /** Where most of them serve by default; the others of their ports move with it. */
    private static final int DEFAULT_PORT = 8080;

    private final String artifact;
    private final int oldestJdk;
    private final int workers;
    private final String contextPath;

    AppServer(String artifact, int oldestJdk, int workers, String contextPath) {
        this.artifact = artifact;
        this.oldestJdk = oldestJdk;
        this.workers = workers;
        this.contextPath = contextPath;
    }

    /**
     * The server with the web application in it, ready to be started.
     *
     * @param home the distribution, as {@link #fetch} gives it
     * @param base an empty folder
     */
    abstract Start prepare(Path home, Path base, Jdk jdk, int port, List<String> jvmFlags) throws IOException;

    boolean runsOn(Jdk jdk) {
        return jdk.feature() >= oldestJdk;
    }

    /** What the agent must find with the server's own settings on two processors. */
    int workers() {
        return workers;
    }

    /** What the paths of the web application begin with. */
    String contextPath() {
        return contextPath;
    }

    /** The distribution: its jar, or the one folder in its zip file, unpacked into an empty folder. */
    Path fetch(String version, Path folder) throws IOException {
        Path distribution = SampleClassPath.alone(artifact + ":" + version);
        if (distribution.toString().endsWith(".jar")) {
            return distribution;
        }
        try (ZipFile zip = new ZipFile(distribution.toFile())) {
            for (ZipEntry entry :
                    zip.stream().filter(each -> !each.isDirectory()).toList()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, file);
                }
                if (file.getParent().endsWith("bin")) {
                    assertTrue(file.toFile().setExecutable(true));
                }
            }
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findFirst().orElseThrow();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = to.resolve(from.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }
}
