package com.approck.healthcheck.sidecar.text;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Durations and addresses as a person reads them: {@code 0.4 s}, {@code 3 min 5 s}, {@code [::1]:8125}. */
public final class Format {
    private static final long TENTH_NANOS = 100_000_000L;
    private static final int GROUPS = 8;

    private Format() {}

    /** Below ten seconds with one decimal, in whole seconds above; a negative duration reads as {@code 0 s}. */
    public static String of(long nanos) {
        long tenths = Math.max(0, nanos) / TENTH_NANOS;
        if (tenths < 100) {
            return tenths % 10 == 0 ? tenths / 10 + " s" : tenths / 10 + "." + tenths % 10 + " s";
        }
        long seconds = tenths / 10;
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, " min", seconds % 60, " s");
        }
        return two(seconds / 3600, " h", seconds % 3600 / 60, " min");
    }

    /** Always the address, never a name: asking for one could take seconds. */
    public static String of(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host instanceof Inet6Address six) {
            return "[" + six(six) + "]:" + address.getPort();
        }
        return host.getHostAddress() + ":" + address.getPort();
    }

    private static String two(long big, String bigUnit, long small, String smallUnit) {
        return small == 0 ? big + bigUnit : big + bigUnit + " " + small + smallUnit;
    }

    /** As RFC 5952 has it: the longest run of zeros, of two at least, becomes {@code ::}. */
    private static String six(Inet6Address address) {
        byte[] bytes = address.getAddress();
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < GROUPS; i++) {
            int length = 0;
            while (i + length < GROUPS && group(bytes, i + length) == 0) {
                length++;
            }
            if (length > runLength) {
                runStart = i;
                runLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
            } else {
                if (text.length() > 0 && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(bytes, i)));
            }
        }
        int scope = address.getScopeId();
        return scope == 0 ? text.toString() : text.append('%').append(scope).toString();
    }

    private static int group(byte[] bytes, int index) {
        return (bytes[2 * index] & 0xff) << 8 | (bytes[2 * index + 1] & 0xff);
    }
}
