package com.approck.healthcheck.sidecar.config;

/** Every flag; a row here is the place to add one. The order is that of {@code --help}. */
enum Flag {
    HELP("help", 'h', null, null, "print this and exit"),
    HOST("host", 'H', "HOST", "localhost", "where probes are answered"),
    PORT("port", 'P', "PORT", "8000", "its port; 0: one that is free"),
    STATSD_HOST("statsd-host", '\0', "HOST", "localhost", "where StatsD datagrams are awaited"),
    STATSD_PORT("statsd-port", '\0', "PORT", "8125", "its port; 0: one that is free"),
    FORWARD("statsd-forward", '\0', "HOST:PORT", "", "another StatsD server, which gets every datagram too"),
    READY_URL(
            "application-health-ready-url",
            '\0',
            "URL",
            "",
            "the application's own readiness, asked by each ready probe"),
    READY_TIMEOUT("application-health-ready-timeout", '\0', "TIME", "1s", "deadline of that call"),
    READY_HEADER(
            "application-health-ready-header",
            '\0',
            "NAME:VALUE",
            "",
            "a header of that call, Host too; repeatable, in the variable one a line"),
    READY_CA(
            "application-health-ready-ca",
            '\0',
            "FILE",
            "",
            "certificates (PEM) to trust in that call instead of Java's own"),
    MIN_WORKERS("min-workers", '\0', "N", "1", "fewer able workers than this are none"),
    MIN_SOURCES("min-sources", '\0', "N", "1", "fewer processes with workers than this are none"),
    METRIC(
            "metric",
            '\0',
            "NAME",
            "",
            "one more gauge that counts workers, beside workers and gunicorn.workers; repeatable, or with commas"),
    WORKERS_TTL("workers-ttl", '\0', "TIME", "0", "how long a count without a lease stands; 0: for ever"),
    DRAIN("drain", '\0', "TIME", "0", "how long to go on, not ready, after SIGTERM"),
    STATE_FILE(
            "state-file",
            '\0',
            "PATH",
            "",
            "where to keep, across restarts of the sidecar, a count that was told without a lease"),
    PRINT_HOOKS("print-hooks", '\0', "gunicorn|gevent", null, "print a Python module for such programs and exit"),
    VERBOSE("verbose", 'v', null, "0", "log sources that come and go, too; -vv: and each call to the application"),
    VERSION("version", '\0', null, null, "print the version and exit");

    final String name;
    final char letter;
    /** Null if it takes no value. */
    final String placeholder;

    /** As it would be given; null for what is no setting. */
    final String standard;

    final String help;

    Flag(String name, char letter, String placeholder, String standard, String help) {
        this.name = name;
        this.letter = letter;
        this.placeholder = placeholder;
        this.standard = standard;
        this.help = help;
    }

    boolean takesValue() {
        return placeholder != null;
    }

    String flag() {
        return "--" + name;
    }

    /** Null for what is no setting. */
    String variable() {
        return standard == null ? null : Environment.PREFIX + upper(name);
    }

    /** Whether the Python original has it too. */
    boolean isOriginal() {
        return switch (this) {
            case HELP, HOST, PORT, STATSD_HOST, STATSD_PORT, READY_URL, VERBOSE -> true;
            default -> false;
        };
    }

    private static String upper(String name) {
        StringBuilder upper = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            upper.append(c == '-' ? '_' : (char) (c - 'a' + 'A'));
        }
        return upper.toString();
    }
}
