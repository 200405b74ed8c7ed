package com.approck.healthcheck.it.consumers;

import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.samples.SampleClassPath;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An ActiveMQ Artemis, embedded in a program that is nothing else. */
final class ArtemisProcess extends Broker {

    private ArtemisProcess() {
        super(Duration.ofSeconds(60));
    }

    static ArtemisProcess start() {
        ArtemisProcess broker = new ArtemisProcess();
        broker.restart();
        return broker;
    }

    @Override
    ProcessUnderTest launch() {
        List<String> command =
                new ArrayList<>(List.of(Jdk.running().tool("java").toString(), "-Xmx128m"));
        command.addAll(TestProcesses.LIGHT_JVM);
        command.addAll(SampleClassPath.of(ServerVersion.untabled(
                "artemis-broker",
                "2.56.0",
                "ArtemisBroker",
                "org.apache.artemis:artemis-server:2.56.0",
                "org.slf4j:slf4j-nop:2.0.17")));
        command.add("tcp://" + address());
        return ProcessUnderTest.start("artemis", Map.of(), command);
    }
}
