package com.approck.healthcheck.sidecar.statsd;

import java.nio.charset.StandardCharsets;

/**
 * Reads one decimal number, {@code 3}, {@code +3}, {@code -0.5}, {@code 1e3}, from bytes.
 *
 * <p>Not numbers: {@code nan}, {@code inf}, hexadecimals, spaces, an empty text, more than {@value #LONGEST} bytes, and
 * any magnitude over {@value #LARGEST}. Single-threaded, never throws, allocates only beyond 15 digits or for an
 * exponent.
 */
final class DecimalParser {
    private static final int LONGEST = 40;
    /** Up to here a double holds every whole number, and a sum of some thousands of them does not overflow a long. */
    static final double LARGEST = 1e12;

    private static final int EXACT_DIGITS = 15;
    private static final double[] POWERS = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private double value;
    private boolean signed;

    double value() {
        return value;
    }

    boolean signed() {
        return signed;
    }

    /** Whether {@code bytes[start..end)} is a number, which is then in {@link #value}. */
    boolean parse(byte[] bytes, int start, int end) {
        int at = start;
        signed = at < end && (bytes[at] == '+' || bytes[at] == '-');
        boolean negative = signed && bytes[at] == '-';
        if (signed) {
            at++;
        }
        int numberStart = at;
        long mantissa = 0;
        int digits = 0;
        int decimals = 0;
        boolean point = false;
        for (; at < end; at++) {
            byte b = bytes[at];
            if (b >= '0' && b <= '9') {
                digits++;
                if (digits <= EXACT_DIGITS) {
                    mantissa = mantissa * 10 + (b - '0');
                }
                if (point) {
                    decimals++;
                }
            } else if (b == '.' && !point) {
                point = true;
            } else {
                break;
            }
        }
        if (digits == 0) {
            return false;
        }
        double magnitude =
                at == end && digits <= EXACT_DIGITS ? mantissa / POWERS[decimals] : slowly(bytes, numberStart, at, end);
        value = negative ? -magnitude : magnitude;
        return magnitude <= LARGEST;
    }

    /** NaN, which compares as too large, if the rest is no exponent. */
    private static double slowly(byte[] bytes, int start, int mantissaEnd, int end) {
        if (end - start > LONGEST) {
            return Double.NaN;
        }
        int at = mantissaEnd;
        if (at < end) {
            if (bytes[at] != 'e' && bytes[at] != 'E') {
                return Double.NaN;
            }
            at++;
            if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            if (at == end) {
                return Double.NaN;
            }
            for (; at < end; at++) {
                if (bytes[at] < '0' || bytes[at] > '9') {
                    return Double.NaN;
                }
            }
        }
        return Double.parseDouble(new String(bytes, start, end - start, StandardCharsets.US_ASCII));
    }
}
