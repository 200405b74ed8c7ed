package com.approck.healthcheck.it.matrix;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.support.probe.Prober.Probe.READY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.Scenario;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.samples.ServerVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Isolated;

/** The row of the truth matrix that takes a whole processor, and so runs while nothing else does. */
@Isolated
public final class FloodIT {

    private static final Duration FLOOD = Duration.ofSeconds(60);
    private static final int PER_SECOND = 150_000;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TruthMatrixRow(
            number = 18,
            fault = "150 k/s of other metrics on the same port",
            answer = "200 throughout, no gauge lost for a lease")
    void floodOfOtherMetrics_drownsNoGauge() throws IOException {
        ServerVersion.OnJdk server = ServerVersion.newestOnEveryJdk("jetty")
                .filter(one -> one.jdk().equals(Jdk.running()))
                .findFirst()
                .orElseThrow();
        Scenario scenario = new Scenario(processes, server).withSidecar().withServer();
        Moment from = Moment.now();
        long sent = flood(scenario.sidecar().statsdPort(), from.plus(FLOOD));
        Moment to = Moment.now();
        scenario.prober().assertOnly(LIVE, 200, from, to);
        scenario.prober().assertOnly(READY, 200, from, to);
        long heard =
                scenario.sidecar().verbose().get("counters").get("datagrams").asLong();
        System.out.printf("flood: %d datagrams sent in %s, %d heard%n", sent, FLOOD, heard);
        assertTrue(heard > sent / 2, "most of the flood was read: " + heard + " of " + sent);
        assertEquals(1, scenario.sidecar().verbose().get("sources_current").asInt());
    }

    /** Sends as a busy Gunicorn would, at that rate or at what the machine gives. */
    private static long flood(int port, Moment end) throws IOException {
        List<ByteBuffer> metrics = List.of(
                datagram("gunicorn.requests:1|c"),
                datagram("gunicorn.request.status.200:1|c"),
                datagram("gunicorn.request.duration:12.345|ms"),
                datagram("app.cache.hits:1|c|@0.1|#env:prod,pod:a-1"));
        Moment begun = Moment.now();
        long sent = 0;
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(new InetSocketAddress(InetAddress.getByName("localhost"), port));
            while (!end.hasCome()) {
                long due = Moment.now().since(begun).toMillis() * PER_SECOND / 1000;
                if (sent >= due) {
                    Thread.onSpinWait();
                    continue;
                }
                for (int i = 0; i < 64; i++) {
                    channel.write(metrics.get(i % metrics.size()).rewind());
                }
                sent += 64;
            }
        }
        return sent;
    }

    private static ByteBuffer datagram(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }
}
