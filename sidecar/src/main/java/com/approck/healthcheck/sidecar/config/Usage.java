package com.approck.healthcheck.sidecar.config;

/** The text of {@code --help}. */
final class Usage {
    private static final int COLUMN = 30;

    private Usage() {}

    static String text() {
        StringBuilder text = new StringBuilder(2048);
        text.append("usage: java -jar healthcheck-sidecar.jar [flags]\n\n");
        text.append("Receives how many able workers an application has, and answers health probes:\n");
        text.append("GET /health/live, /health/ready (each with ?verbose), /livez, /metrics, and / for people.\n\n");
        for (Flag flag : Flag.values()) {
            StringBuilder left = new StringBuilder("  ");
            if (flag.letter != '\0') {
                left.append('-').append(flag.letter).append(", ");
            }
            left.append(flag.flag());
            if (flag.takesValue()) {
                left.append(' ').append(flag.placeholder);
            }
            if (left.length() > COLUMN - 2) {
                text.append(left).append('\n');
                left.setLength(0);
            }
            while (left.length() < COLUMN) {
                left.append(' ');
            }
            text.append(left).append(flag.help);
            if (flag.takesValue() && flag.standard != null && !flag.standard.isEmpty()) {
                text.append(" [").append(flag.standard).append(']');
            }
            text.append('\n');
        }
        text.append(
                "\nTIME is in seconds, or 500ms, 5s, 2m, 1h. Each flag has an environment variable; the flag takes precedence:\n");
        text.append("HEALTHCHECK_PORT, HEALTHCHECK_STATSD_PORT, and so on; STATSD_HOST and STATSD_PORT count too.\n");
        text.append(
                "Exit codes: 0 stopped, or the probe was answered with 200; 1 could not start or failed, or the probe was not;\n");
        text.append("2 invalid settings.\n");
        return text.toString();
    }
}
