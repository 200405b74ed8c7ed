package com.approck.healthcheck.sidecar.statsd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.sidecar.count.Counter;
import com.approck.healthcheck.sidecar.count.Counters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GaugeParserTest {
    private final Counters counters = new Counters();
    private final GaugeParser parser =
            new GaugeParser(List.of("workers", "gunicorn.workers", "queue.consumers"), counters);

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '"',
            value = {
                // the wire of the agent, literally
                "workers:198|g workers=198",
                "workers.lease:5000|g workers/LEASE=5000",
                "workers.draining:1|g workers/DRAINING=1",
                "workers.pool.http-nio-8080:198|g workers/POOL_ABLE[http-nio-8080]=198",
                "workers.pool.qtp.alive:10|g workers/POOL_ALIVE[qtp]=10",
                "workers.pool.qtp.busy:9|g workers/POOL_BUSY[qtp]=9",
                "workers.pool.qtp.stuck:8|g workers/POOL_STUCK[qtp]=8",
                "workers.pool.qtp.queued:7|g workers/POOL_QUEUED[qtp]=7",
                "workers.pool.qtp.capacity:200|g workers/POOL_CAPACITY[qtp]=200",
                // Gunicorn, with and without a prefix
                "gunicorn.workers:3|g gunicorn.workers=3",
                "gunicorn.workers:3|g|#env:prod,a:b gunicorn.workers=3",
                "myapp.gunicorn.workers:3|g myapp.gunicorn.workers=3",
                "a.b.gunicorn.workers.lease:3000|g a.b.gunicorn.workers/LEASE=3000",
                "a.gunicorn.workers.pool.x.busy:2|g a.gunicorn.workers/POOL_BUSY[x]=2",
                // names that were added
                "queue.consumers:3|g queue.consumers=3",
                "queue.consumers.draining:0|g queue.consumers/DRAINING=0",
                // numbers
                "workers:3.0|g workers=3",
                "workers:3.9|g workers=3.9",
                "workers:.5|g workers=0.5",
                "workers:3.|g workers=3",
                "workers:1e3|g workers=1000",
                "workers:1E+2|g workers=100",
                "workers:000000000000000000003|g workers=3",
                "workers:-1|g workers-=1",
                "workers:+1|g workers+=1",
                "workers:-0.5|g workers-=0.5",
                "workers:1:2:3|g workers=3",
                // what may follow the type
                "workers:3|g|@0.1 workers=3",
                "workers:3|g|#env:prod|c:abc workers=3",
                "workers:3|g|T1656581400 workers=3",
                "workers:3|g|#a:b|c:ci-1|e:it-false|card:low workers=3",
                "workers:3|g| workers=3",
                // tags in the name
                "workers,env=prod:3|g workers=3",
                "workers;env=prod:3|g workers=3",
                "workers#env=prod,a=b:3|g workers=3",
                "workers[env=prod]:3|g workers=3",
                "workers.lease,env=prod:3|g workers/LEASE=3",
            })
    void goodLine_isTaken(String line, String expected) {
        assertEquals(List.of(expected), parse(line));
        assertEquals(1, counters.get(Counter.GAUGES));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "workers:5|c IGNORED_TYPE",
                "workers:5|ms IGNORED_TYPE",
                "workers:5|s IGNORED_TYPE",
                "workers:5|h IGNORED_TYPE",
                "workers:5|gg IGNORED_TYPE",
                "workers:5|G IGNORED_TYPE",
                "workers BAD_NO_TYPE",
                "workers: BAD_NO_TYPE",
                "workers:5 BAD_NO_TYPE",
                "workers:5| BAD_NO_TYPE",
                "workers:5||g BAD_NO_TYPE",
                "workers:|g BAD_VALUE",
                "workers:x|g BAD_VALUE",
                "workers:3x|g BAD_VALUE",
                "workers:nan|g BAD_VALUE",
                "workers:NaN|g BAD_VALUE",
                "workers:inf|g BAD_VALUE",
                "workers:1e999|g BAD_VALUE",
                "workers:1e|g BAD_VALUE",
                "workers:1e+|g BAD_VALUE",
                "workers:0x10|g BAD_VALUE",
                "workers:--1|g BAD_VALUE",
                "workers:+|g BAD_VALUE",
                "workers:.|g BAD_VALUE",
                "workers:1.2.3|g BAD_VALUE",
                "workers:9999999999999|g BAD_VALUE",
                "workers:1:|g BAD_VALUE",
                "workers:00000000000000000000000000000000000000003|g BAD_VALUE",
                "workers.pool.:3|g BAD_POOL",
                "workers.pool..busy:3|g BAD_POOL",
                "workers.pool.x.other:3|g IGNORED_NAME",
                "workers.pool.x.busy.y:3|g IGNORED_NAME",
                "workers.pool:3|g IGNORED_NAME",
                "workers.other:3|g IGNORED_NAME",
                "workers.leases:3|g IGNORED_NAME",
                "workers.:3|g IGNORED_NAME",
                "foo:1|c IGNORED_NAME",
                "worker:3|g IGNORED_NAME",
                "workersx:3|g IGNORED_NAME",
                "xworkers:3|g IGNORED_NAME",
                "a.workers:3|g IGNORED_NAME",
                "Workers:3|g IGNORED_NAME",
                "gunicorn.requests:3|g IGNORED_NAME",
                "agunicorn.workers:3|g IGNORED_NAME",
                "a.gunicorn.workersx:3|g IGNORED_NAME",
                "a:1|g|#x.gunicorn.workers:3|g IGNORED_NAME",
                ":3|g IGNORED_NAME",
                "garbage IGNORED_NAME",
            })
    void otherLine_isCountedByItsReason(String line, Counter reason) {
        assertEquals(List.of(), parse(line));
        assertEquals(1, counters.get(Counter.LINES));
        assertEquals(Map.of(reason, 1L), reasons());
    }

    @Test
    void manyLines_areTakenOneByOne() {
        assertEquals(
                List.of("workers/LEASE=5000", "workers=3", "workers/POOL_ABLE[a]=3"),
                parse("foo:1|c\nworkers.lease:5000|g\nworkers:x|g\nworkers:3|g\r\n\n\r\nworkers.pool.a:3|g\n"));
        assertEquals(5, counters.get(Counter.LINES));
        assertEquals(Map.of(Counter.IGNORED_NAME, 1L, Counter.BAD_VALUE, 1L), reasons());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\n\n\n", "\r\n"})
    void emptyDatagram_isNoLine(String datagram) {
        assertEquals(List.of(), parse(datagram));
        assertEquals(0, counters.get(Counter.LINES));
    }

    @Test
    void namesAndPools_ofAnyLength_areBounded() {
        String pool = "p".repeat(GaugeParser.MAX_POOL);
        assertEquals(List.of("workers/POOL_ABLE[" + pool + "]=1"), parse("workers.pool." + pool + ":1|g"));
        assertEquals(List.of(), parse("workers.pool." + pool + "p:1|g"));
        String prefix = "x".repeat(GaugeParser.MAX_NAME - ".gunicorn.workers".length());
        assertEquals(List.of(prefix + ".gunicorn.workers=1"), parse(prefix + ".gunicorn.workers:1|g"));
        assertEquals(List.of(), parse("x" + prefix + ".gunicorn.workers:1|g"));
        assertEquals(Map.of(Counter.BAD_POOL, 1L, Counter.IGNORED_NAME, 1L), reasons());
    }

    @Test
    void longerName_winsOverItsBeginning() {
        GaugeParser overlapping = new GaugeParser(List.of("a", "a.lease"), counters);
        assertEquals(List.of("a.lease=7"), parse(overlapping, bytes("a.lease:7|g")));
    }

    @Test
    void gunicornUnderAPrefix_isNotTaken_ifGunicornIsNot() {
        GaugeParser without = new GaugeParser(List.of("workers"), counters);
        assertEquals(List.of(), parse(without, bytes("x.gunicorn.workers:7|g")));
    }

    @Test
    void bytesBehindTheLength_areNotRead() {
        byte[] bytes = bytes("workers:12|g");
        List<String> gauges = new ArrayList<>();
        for (int length = 0; length < bytes.length; length++) {
            parser.parse(bytes, length, gauge -> gauges.add(text(gauge)));
        }
        assertEquals(List.of(), gauges);
    }

    @Test
    void anyBytes_neverThrow() {
        Random random = new Random(1);
        String alphabet = "workers.lease.pool.gunicorn:|g#@,;[]+-.0123456789eE\n\r \u0000\u00ff";
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            for (int j = 0; j < bytes.length; j++) {
                bytes[j] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            String start = new String[] {"", "workers", "workers.pool.", "a.gunicorn.workers", "workers:"}[i % 5];
            byte[] all = bytes(start + new String(bytes, StandardCharsets.ISO_8859_1));
            parser.parse(all, all.length, gauge -> assertTrue(Math.abs(gauge.value()) <= 1e12));
        }
        byte[] largest = new byte[65_535];
        random.nextBytes(largest);
        parser.parse(largest, largest.length, gauge -> {});
    }

    private List<String> parse(String datagram) {
        return parse(parser, bytes(datagram));
    }

    private static List<String> parse(GaugeParser parser, byte[] datagram) {
        List<String> gauges = new ArrayList<>();
        parser.parse(datagram, datagram.length, gauge -> gauges.add(text(gauge)));
        return gauges;
    }

    private static String text(Gauge gauge) {
        String aspect = gauge.aspect() == Aspect.ABLE ? "" : "/" + gauge.aspect();
        String pool = gauge.poolBytes().length == 0 ? "" : "[" + Gauge.text(gauge.poolBytes()) + "]";
        String sign = !gauge.delta() ? "" : gauge.value() < 0 ? "-" : "+";
        String value = Double.toString(gauge.delta() ? Math.abs(gauge.value()) : gauge.value());
        return Gauge.text(gauge.nameBytes()) + aspect + pool + sign + "=" + value.replaceAll("\\.0$", "");
    }

    private Map<Counter, Long> reasons() {
        Map<Counter, Long> reasons = new EnumMap<>(Counter.class);
        for (Counter counter : Counter.values()) {
            if (counter != Counter.LINES && counter != Counter.GAUGES && counters.get(counter) > 0) {
                reasons.put(counter, counters.get(counter));
            }
        }
        return reasons;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
