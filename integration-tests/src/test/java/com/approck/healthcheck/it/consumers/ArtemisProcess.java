package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An ActiveMQ Artemis, embedded in a program that is nothing else. */
final class ArtemisProcess implements Broker {

    private static final Duration TO_START = Duration.ofSeconds(60);

    private final int port = Ports.free();
    private ProcessUnderTest process;

    private ArtemisProcess() {}

    static ArtemisProcess start() {
        ArtemisProcess broker = new ArtemisProcess();
        broker.restart();
        return broker;
    }

    @Override
    public String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void kill() {
        process.close();
    }

    @Override
    public void restart() {
        List<String> command = new ArrayList<>(List.of(
                Jdk.running().tool("java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:ActiveProcessorCount=2"));
        command.addAll(SampleClassPath.of(ServerVersion.untabled(
                "artemis-broker",
                "2.56.0",
                "ArtemisBroker",
                "org.apache.artemis:artemis-server:2.56.0",
                "org.slf4j:slf4j-nop:2.0.17")));
        command.add("tcp://" + address());
        process = ProcessUnderTest.start("artemis", Map.of(), command);
        Ports.awaitListening(process, port, TO_START);
    }

    @Override
    public void close() {
        process.close();
    }
}
