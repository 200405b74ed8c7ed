package com.approck.healthcheck.sidecar.fuzz;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import com.approck.healthcheck.sidecar.endpoints.EndpointInputs;
import com.approck.healthcheck.sidecar.endpoints.LatencyHistograms;
import com.approck.healthcheck.sidecar.endpoints.ProbeJson;
import com.approck.healthcheck.sidecar.endpoints.PrometheusMetrics;
import com.approck.healthcheck.sidecar.endpoints.StatusJson;
import com.approck.healthcheck.sidecar.endpoints.VerboseJson;
import com.approck.healthcheck.sidecar.health.HealthEvaluator;
import com.approck.healthcheck.sidecar.health.HealthPolicy;
import com.approck.healthcheck.sidecar.health.History;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.metrics.Counter;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.statsd.GaugeParser;
import com.approck.healthcheck.sidecar.statsd.UdpReceiver;
import com.approck.healthcheck.sidecar.workers.GaugeIngest;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import com.approck.healthcheck.sidecar.workers.SourceView;
import com.approck.healthcheck.sidecar.workers.SourceView.PoolView;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a fuzzer throws bytes at: datagrams of several senders, with time between them, from the receiver's own entry
 * through the state to every text that is shown.
 *
 * <p>An input is a row of datagrams, each ended by 0xff (which no UTF-8 has) and two bytes: who sends the next, and how
 * much time goes by before it.
 */
public final class DatagramTarget {
    private static final List<String> METRICS = List.of("workers", "gunicorn.workers", "queue.consumers");
    private static final int MAX_NAMES = 64;
    private static final int MAX_POOLS_EACH = 64;
    private static final double MOST = 1e12;
    private static final int SENDERS = 8;
    private static final JsonMapper JSON = new JsonMapper();
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+(?:\\{[a-z]+=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*+\""
            + "(?:,[a-z]+=\"(?:[^\"\\\\\n]|\\\\[\\\\\"n])*+\")*+\\})?) -?[0-9]+(?:\\.[0-9]+)?");
    private static final UdpReceiver.Sockets SOCKETS = sockets();

    private final Counters counters = new Counters();
    private final SourceRegistry workers;
    private final GaugeIngest intake;
    private final EndpointInputs inputs;
    /** Soon over the end of what a long holds. */
    private long now = Long.MAX_VALUE - Duration.ofMinutes(1).toNanos();

    private DatagramTarget(Duration ttl) {
        workers = new SourceRegistry(METRICS, ttl, counters, now);
        intake = new GaugeIngest(new GaugeParser(METRICS, counters), workers, () -> now);
        HealthEvaluator health = new HealthEvaluator(
                workers, new HealthPolicy(1, 1, Duration.ofMinutes(10), "127.0.0.1:8125"), () -> now);
        inputs = new EndpointInputs(
                workers,
                health,
                counters,
                new LatencyHistograms(),
                new ConnectionStats(),
                new History(),
                SOCKETS,
                Optional.empty(),
                () -> now);
    }

    /** The entry that the fuzzer looks for. */
    public static void fuzzerTestOneInput(byte[] input) {
        boolean mortal = input.length > 0 && input[0] % 2 != 0;
        DatagramTarget target = new DatagramTarget(mortal ? Duration.ofMinutes(5) : Duration.ZERO);
        target.report(input);
        target.check();
    }

    private void report(byte[] input) {
        byte[] datagram = new byte[65_535];
        int sender = 0;
        for (int start = 0; start <= input.length; ) {
            int end = start;
            while (end < input.length && input[end] != (byte) 0xff) {
                end++;
            }
            int length = Math.min(end - start, datagram.length);
            // The receiver's array, too, has what came before behind the datagram.
            System.arraycopy(input, start, datagram, 0, length);
            intake.datagram(datagram, length, sender(sender));
            if (end + 2 < input.length) {
                sender = input[end + 1] & 0xff;
                pass(input[end + 2] & 0xff);
            }
            start = end + 3;
        }
    }

    /** A few of its bits are what the receiver does between two datagrams. */
    private void pass(int time) {
        now += Duration.ofMillis((long) (time >> 3) * (time >> 3) * 1000).toNanos();
        if ((time & 1) == 0) {
            workers.setWatermark(now);
        }
        if ((time & 2) != 0) {
            workers.extendLeases(Duration.ofSeconds(1).toNanos());
        }
        if ((time & 4) != 0) {
            workers.sweep();
        }
    }

    private void check() {
        long lines = counters.get(Counter.GAUGES)
                + counters.get(Counter.IGNORED_NAME)
                + counters.get(Counter.IGNORED_TYPE)
                + counters.get(Counter.BAD_NO_TYPE)
                + counters.get(Counter.BAD_VALUE)
                + counters.get(Counter.BAD_POOL);
        // A lease that cannot be meant is a gauge and a bad value.
        long lineCount = counters.get(Counter.LINES);
        require(lines >= lineCount && lines <= 2 * lineCount, "each line is counted under what it is");
        List<SourceView> sources = workers.sources(now, Integer.MAX_VALUE, Integer.MAX_VALUE);
        sources(sources);
        WorkersSnapshot snapshot = workers.snapshot(now);
        require(
                snapshot.current()
                        == sources.stream().filter(SourceView::current).count(),
                "sources shown as current are those that count");
        require(snapshot.counted() <= snapshot.current(), "no more count than are current");
        require(snapshot.able() >= snapshot.ableStaying() && snapshot.ableStaying() >= 0, "nothing is below zero");
        require(sources.isEmpty() || snapshot.lastReport().isPresent(), "stale is not never heard");
        require(workers.totals().able() == snapshot.able(), "two ways to add up are the same");
        require(
                snapshot.poolsAtZero()
                        == sources.stream()
                                .filter(source -> source.current() && !source.draining())
                                .flatMap(source -> source.pools().stream())
                                .filter(pool -> pool.able() == 0)
                                .count(),
                "pools shown with nobody able are those that are dead");
        texts(sources.size());
        workers.setWatermark(now);
        workers.sweep();
        texts(sources.size());
    }

    private static void sources(List<SourceView> sources) {
        Set<String> names = new HashSet<>();
        for (SourceView source : sources) {
            names.add(source.name());
            require(source.name().length() <= GaugeParser.MAX_NAME, "names are bounded");
            require(source.able() >= -1 && source.able() <= MOST, "a source's workers are a number that can be");
            require(source.leaseNanos() >= 0, "a lease is not below zero");
            require(source.pools().size() <= MAX_POOLS_EACH, "pools are bounded");
            for (PoolView pool : source.pools()) {
                require(!pool.name().isEmpty() && pool.name().length() <= GaugeParser.MAX_POOL, "a pool has a name");
                for (long number :
                        new long[] {pool.able(), pool.alive(), pool.busy(), pool.stuck(), pool.queued(), pool.capacity()
                        }) {
                    require(number >= -1 && number <= MOST, "a pool's numbers are such that can be");
                }
            }
        }
        require(names.size() <= MAX_NAMES, "names are few");
    }

    private void texts(int sources) {
        VerboseJson verbose = new VerboseJson(new ProbeJson(), inputs);
        require(
                JSON.readTree(text(verbose.of(inputs.health().live())))
                                .get("sources")
                                .size()
                        <= sources,
                "the verbose body shows the sources");
        require(
                JSON.readTree(text(new StatusJson(new ProbeJson(), inputs, verbose).json()))
                        .has("ready"),
                "the status has both verdicts");
        Set<String> seen = new HashSet<>();
        // By '\n' alone, as Prometheus does: a label may hold other ends of lines.
        for (String line : text(new PrometheusMetrics(inputs).text()).split("\n", -1)) {
            if (!line.isEmpty() && !line.startsWith("# ")) {
                Matcher sample = SAMPLE.matcher(line);
                require(sample.matches(), "a sample as Prometheus reads it: " + line);
                require(seen.add(sample.group(1)), "a sample is there once: " + line);
            }
        }
    }

    private static String text(ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("what is shown is UTF-8", e);
        }
    }

    private static void require(boolean so, String what) {
        if (!so) {
            throw new AssertionError("not so: " + what);
        }
    }

    private static InetSocketAddress sender(int number) {
        byte[] four = {127, 0, 0, (byte) (number % SENDERS)};
        byte[] six = new byte[16];
        six[15] = (byte) (number % SENDERS);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(number >= 128 ? six : four), 1 + number % SENDERS);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static UdpReceiver.Sockets sockets() {
        try {
            return UdpReceiver.Sockets.open(ListenAddress.of("127.0.0.1", 0), System::nanoTime);
        } catch (BindFailedException e) {
            throw new AssertionError(e);
        }
    }
}
