package com.approck.healthcheck.sidecar.config;

import java.time.Duration;
import java.util.Locale;

/** Times as a person writes them: {@code 5}, {@code 1.5s}, {@code 500ms}, {@code 2m}, {@code 1h}. */
final class DurationParser {
    private DurationParser() {}

    /** Null if the text is no time. */
    static Duration parse(String text) {
        String number = text.toLowerCase(Locale.ROOT);
        long unitNanos = 1_000_000_000L;
        if (number.endsWith("ms")) {
            unitNanos = 1_000_000L;
            number = number.substring(0, number.length() - 2);
        } else if (number.endsWith("s") || number.endsWith("m") || number.endsWith("h")) {
            char unit = number.charAt(number.length() - 1);
            unitNanos *= unit == 's' ? 1 : unit == 'm' ? 60 : 3600;
            number = number.substring(0, number.length() - 1);
        }
        int point = number.indexOf('.');
        long whole = SettingsReader.digits(point < 0 ? number : number.substring(0, point));
        String decimals = point < 0 ? "" : number.substring(point + 1);
        if (whole < 0
                || whole > 1_000_000_000L
                || decimals.length() > 9
                || (point >= 0 && SettingsReader.digits(decimals) < 0)) {
            return null;
        }
        Duration unit = Duration.ofNanos(unitNanos);
        Duration time = unit.multipliedBy(whole);
        if (!decimals.isEmpty()) {
            long scale = 1;
            for (int i = 0; i < decimals.length(); i++) {
                scale *= 10;
            }
            time = time.plus(unit.multipliedBy(SettingsReader.digits(decimals)).dividedBy(scale));
        }
        return time;
    }

    /** The shortest way to write a time of whole milliseconds, seconds or hours. */
    static String format(Duration time) {
        if (time.isZero()) {
            return "0";
        }
        if (time.toMillis() < 1000) {
            return time.toMillis() + "ms";
        }
        return time.toSeconds() < 3600 ? time.toSeconds() + "s" : time.toHours() + "h";
    }
}
