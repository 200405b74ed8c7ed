package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A RabbitMQ of Debian's, with a port mapper, a node name, data and logs of its own. */
final class RabbitBroker extends Broker {

    /** The program itself: the one in the path changes the user. */
    private static final String SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private final int distributionPort = FreePorts.next();
    private final int mapperPort = FreePorts.next();
    private final Path folder;
    private final ProcessUnderTest mapper;

    private RabbitBroker() {
        super(Duration.ofSeconds(90));
        try {
            folder = Files.createTempDirectory(
                    Files.createDirectories(Path.of("target", "it").toAbsolutePath()), "rabbitmq");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Else the server starts one as a daemon, which outlives it.
        mapper = ProcessUnderTest.start(
                "epmd", Map.of(), List.of("/usr/bin/epmd", "-address", "127.0.0.1", "-port", "" + mapperPort));
    }

    static RabbitBroker start() {
        Tool.RABBITMQ.require();
        RabbitBroker broker = new RabbitBroker();
        broker.restart();
        return broker;
    }

    @Override
    ProcessUnderTest launch() {
        return ProcessUnderTest.start("rabbitmq", environment(), List.of(SERVER));
    }

    private Map<String, String> environment() {
        Map<String, String> all = new HashMap<>(Map.of(
                "HOME", "" + folder,
                "ERL_EPMD_PORT", "" + mapperPort,
                "ERL_EPMD_ADDRESS", "127.0.0.1"));
        all.putAll(Map.of(
                "RABBITMQ_CONF_ENV_FILE",
                folder.resolve("none.conf").toString(),
                "RABBITMQ_CONFIG_FILE",
                folder.resolve("none").toString(),
                "RABBITMQ_ENABLED_PLUGINS_FILE",
                folder.resolve("no-plugins").toString(),
                "RABBITMQ_MNESIA_BASE",
                folder.resolve("data").toString(),
                "RABBITMQ_LOG_BASE",
                folder.resolve("log").toString(),
                "RABBITMQ_LOGS",
                "-",
                "RABBITMQ_NODENAME",
                "it-" + port + "@localhost",
                "RABBITMQ_NODE_IP_ADDRESS",
                "127.0.0.1",
                "RABBITMQ_NODE_PORT",
                "" + port,
                "RABBITMQ_DIST_PORT",
                "" + distributionPort));
        // So the shell becomes the server, and no child of it is left behind.
        all.put("RABBITMQ_ALLOW_INPUT", "1");
        all.put(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-noinput -kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none");
        return all;
    }

    @Override
    public void close() {
        super.close();
        mapper.close();
    }
}
