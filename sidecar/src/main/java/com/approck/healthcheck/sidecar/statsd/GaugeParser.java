package com.approck.healthcheck.sidecar.statsd;

import com.approck.healthcheck.sidecar.count.Counter;
import com.approck.healthcheck.sidecar.count.Counters;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * Finds the gauges about workers in a StatsD datagram, as the field speaks it: many lines in one packet, DogStatsD fields
 * after the type, tags in the name, several values in one line, signed deltas.
 *
 * <p>A line under another name is left at its first differing byte and only counted; a bad line is counted by its
 * reason and the lines beside it are taken. Names taken are those given and {@code gunicorn.workers} under any prefix,
 * each with {@code .lease}, {@code .draining} and {@code .pool.<pool>[.<number>]}.
 *
 * <p>Limits: a name of {@value #MAX_NAME} bytes and a pool of {@value #MAX_POOL}. Single-threaded. Never throws, whatever the bytes are; allocates only for a
 * number of more than 15 digits or with an exponent.
 *
 * @see <a href="https://github.com/statsd/statsd/blob/master/docs/metric_types.md">StatsD metric types</a>
 * @see <a href="https://docs.datadoghq.com/developers/dogstatsd/datagram_shell">DogStatsD datagrams</a>
 */
public final class GaugeParser {
    public static final int MAX_NAME = 200;
    public static final int MAX_POOL = 128;

    private static final byte[] GUNICORN = bytes("gunicorn.workers");
    private static final byte[] LEASE = bytes("lease");
    private static final byte[] DRAINING = bytes("draining");
    private static final byte[] POOL = bytes("pool.");
    private static final byte[] ALIVE = bytes("alive");
    private static final byte[] BUSY = bytes("busy");
    private static final byte[] STUCK = bytes("stuck");
    private static final byte[] QUEUED = bytes("queued");
    private static final byte[] CAPACITY = bytes("capacity");

    private final byte[][] names;
    private final boolean[] firstBytes = new boolean[256];
    private final Counters counters;
    private final Gauge gauge = new Gauge();
    private final DecimalParser decimal = new DecimalParser();

    /** Takes these names, and {@code gunicorn.workers} under any prefix if it is one of them. */
    public GaugeParser(Collection<String> names, Counters counters) {
        this.names = new byte[names.size()][];
        this.counters = counters;
        int i = 0;
        for (String name : names) {
            byte[] bytes = bytes(name);
            this.names[i++] = bytes;
            firstBytes[bytes[0] & 0xff] = true;
        }
    }

    /** Gives each gauge about workers in {@code bytes[0..length)} to {@code sink}. */
    public void parse(byte[] bytes, int length, GaugeSink sink) {
        int start = 0;
        while (start < length) {
            int end = start;
            while (end < length && bytes[end] != '\n') {
                end++;
            }
            if (end > start && !(end == start + 1 && bytes[start] == '\r')) {
                counters.add(Counter.LINES);
                if (line(bytes, start, end)) {
                    counters.add(Counter.GAUGES);
                    sink.gauge(gauge);
                }
            }
            start = end + 1;
        }
    }

    /** Whether the line is a gauge of ours, which is then in {@link #gauge}. */
    private boolean line(byte[] bytes, int start, int end) {
        int nameEnd = known(bytes, start, end);
        if (nameEnd < 0) {
            nameEnd = gunicornUnderPrefix(bytes, start, end);
        }
        if (nameEnd < 0 || nameEnd - start > MAX_NAME) {
            counters.add(Counter.IGNORED_NAME);
            return false;
        }
        gauge.bytes = bytes;
        gauge.nameStart = start;
        gauge.nameEnd = nameEnd;
        gauge.poolStart = 0;
        gauge.poolEnd = 0;
        int keyEnd = nameEnd;
        while (keyEnd < end && !endsKey(bytes[keyEnd])) {
            keyEnd++;
        }
        int colon = keyEnd;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        if (!aspect(bytes, nameEnd, keyEnd)) {
            return false;
        }
        return value(bytes, colon, trimmed(bytes, colon, end));
    }

    /** Where the name at {@code start} ends, or -1 if it is none of ours. */
    private int known(byte[] bytes, int start, int end) {
        if (!firstBytes[bytes[start] & 0xff]) {
            return -1;
        }
        int longest = -1;
        for (byte[] name : names) {
            int nameEnd = start + name.length;
            if (nameEnd > longest && endsName(bytes, nameEnd, end) && matches(bytes, start, end, name)) {
                longest = nameEnd;
            }
        }
        return longest;
    }

    private int gunicornUnderPrefix(byte[] bytes, int start, int end) {
        for (int i = start; i < end && bytes[i] != ':'; i++) {
            if (bytes[i] == '.' && i + 1 < end && bytes[i + 1] == 'g' && matches(bytes, i + 1, end, GUNICORN)) {
                int nameEnd = i + 1 + GUNICORN.length;
                return takesGunicorn() && endsName(bytes, nameEnd, end) ? nameEnd : -1;
            }
        }
        return -1;
    }

    private boolean takesGunicorn() {
        for (byte[] name : names) {
            if (name.length == GUNICORN.length && matches(name, 0, name.length, GUNICORN)) {
                return true;
            }
        }
        return false;
    }

    /** Sorts out what follows the name: nothing, or one of the suffixes. */
    private boolean aspect(byte[] bytes, int nameEnd, int keyEnd) {
        if (keyEnd == nameEnd) {
            gauge.aspect = Aspect.ABLE;
            return true;
        }
        int suffix = nameEnd + 1;
        if (is(bytes, suffix, keyEnd, LEASE)) {
            gauge.aspect = Aspect.LEASE;
            return true;
        }
        if (is(bytes, suffix, keyEnd, DRAINING)) {
            gauge.aspect = Aspect.DRAINING;
            return true;
        }
        if (matches(bytes, suffix, keyEnd, POOL)) {
            return pool(bytes, suffix + POOL.length, keyEnd);
        }
        counters.add(Counter.IGNORED_NAME);
        return false;
    }

    private boolean pool(byte[] bytes, int start, int keyEnd) {
        int dot = start;
        while (dot < keyEnd && bytes[dot] != '.') {
            dot++;
        }
        if (dot == start || dot - start > MAX_POOL) {
            counters.add(Counter.BAD_POOL);
            return false;
        }
        gauge.poolStart = start;
        gauge.poolEnd = dot;
        Aspect aspect = dot == keyEnd ? Aspect.POOL_ABLE : number(bytes, dot + 1, keyEnd);
        if (aspect == null) {
            counters.add(Counter.IGNORED_NAME);
            return false;
        }
        gauge.aspect = aspect;
        return true;
    }

    private static Aspect number(byte[] bytes, int start, int end) {
        if (is(bytes, start, end, ALIVE)) {
            return Aspect.POOL_ALIVE;
        }
        if (is(bytes, start, end, BUSY)) {
            return Aspect.POOL_BUSY;
        }
        if (is(bytes, start, end, STUCK)) {
            return Aspect.POOL_STUCK;
        }
        if (is(bytes, start, end, QUEUED)) {
            return Aspect.POOL_QUEUED;
        }
        return is(bytes, start, end, CAPACITY) ? Aspect.POOL_CAPACITY : null;
    }

    /** {@code :value[:value…]|g[|whatever…]}; of several values the last counts. */
    private boolean value(byte[] bytes, int colon, int end) {
        int pipe = colon;
        int last = colon;
        while (pipe < end && bytes[pipe] != '|') {
            if (bytes[pipe] == ':') {
                last = pipe;
            }
            pipe++;
        }
        if (pipe >= end) {
            counters.add(Counter.BAD_NO_TYPE);
            return false;
        }
        int typeEnd = pipe + 1;
        while (typeEnd < end && bytes[typeEnd] != '|') {
            typeEnd++;
        }
        if (typeEnd == pipe + 1) {
            counters.add(Counter.BAD_NO_TYPE);
            return false;
        }
        if (typeEnd != pipe + 2 || bytes[pipe + 1] != 'g') {
            counters.add(Counter.IGNORED_TYPE);
            return false;
        }
        if (!decimal.parse(bytes, last + 1, pipe)) {
            counters.add(Counter.BAD_VALUE);
            return false;
        }
        gauge.value = decimal.value();
        gauge.delta = decimal.signed();
        return true;
    }

    private static int trimmed(byte[] bytes, int start, int end) {
        int last = end;
        while (last > start && (bytes[last - 1] == '\r' || bytes[last - 1] == ' ')) {
            last--;
        }
        return last;
    }

    /** A name is whole when its value, one of its suffixes or a tag follows; or nothing, which is a bad line of ours. */
    private static boolean endsName(byte[] bytes, int at, int end) {
        return at == end || (at < end && (bytes[at] == '.' || endsKey(bytes[at])));
    }

    /** The tags of InfluxDB, Graphite, Librato and SignalFx stand in the name, after one of these. */
    private static boolean endsKey(byte b) {
        return b == ':' || b == ',' || b == ';' || b == '#' || b == '[';
    }

    private static boolean is(byte[] bytes, int start, int end, byte[] word) {
        return end - start == word.length && matches(bytes, start, end, word);
    }

    private static boolean matches(byte[] bytes, int start, int end, byte[] word) {
        if (end - start < word.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (bytes[start + i] != word[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
