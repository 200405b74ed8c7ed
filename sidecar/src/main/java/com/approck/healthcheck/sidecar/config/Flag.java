package com.approck.healthcheck.sidecar.config;

/** Every flag; a row here is the place to add one. The order is that of {@code --help}. */
enum Flag {
    HELP("help", 'h', null, null, "print this and exit"),
    HOST("host", 'H', "HOST", "localhost", "address to serve HTTP on"),
    PORT("port", 'P', "PORT", "8000", "HTTP port; 0: any free port"),
    STATSD_HOST("statsd-host", '\0', "HOST", "localhost", "address to receive StatsD datagrams on"),
    STATSD_PORT("statsd-port", '\0', "PORT", "8125", "StatsD port; 0: any free port"),
    FORWARD("statsd-forward", '\0', "HOST:PORT", "", "another StatsD server that gets a copy of every datagram"),
    READY_URL(
            "application-health-ready-url",
            '\0',
            "URL",
            "",
            "the application's readiness URL; each ready probe asks it"),
    READY_TIMEOUT("application-health-ready-timeout", '\0', "TIME", "1s", "timeout of that request"),
    READY_HEADER(
            "application-health-ready-header",
            '\0',
            "NAME:VALUE",
            "",
            "a header of that request, Host too; repeatable, in the variable one a line"),
    READY_CA(
            "application-health-ready-ca",
            '\0',
            "FILE",
            "",
            "certificates (PEM) to trust in that request instead of Java's own"),
    MIN_WORKERS("min-workers", '\0', "N", "1", "minimum number of able workers; below it both probes answer 422"),
    MIN_SOURCES(
            "min-sources",
            '\0',
            "N",
            "1",
            "minimum number of current sources (processes); below it both probes answer 422"),
    METRIC(
            "metric",
            '\0',
            "NAME",
            "",
            "one more gauge that counts workers, beside workers and gunicorn.workers; repeatable, or with commas"),
    WORKERS_TTL("workers-ttl", '\0', "TIME", "0", "time that a count without a lease is valid; 0: it never expires"),
    DRAIN_LIMIT(
            "drain-limit",
            '\0',
            "TIME",
            "10m",
            "time that the application's shutdown may take before live is 422 too; 0: no limit"),
    DRAIN("drain", '\0', "TIME", "0", "time to keep running, live but not ready, after SIGTERM"),
    STATE_FILE("state-file", '\0', "PATH", "", "file that keeps counts without a lease across restarts of the sidecar"),
    AGENT_CHECK_PORT(
            "agent-check-port", '\0', "PORT", "", "port of --host that answers HAProxy's agent-check; 0: a free one"),
    PROBE("probe", '\0', "live|ready", null, "ask a running sidecar, print the description, exit with 0 or 1"),
    URL("url", '\0', "URL", "", "address of the sidecar that --probe asks, instead of --host and --port"),
    PRINT_HOOKS(
            "print-hooks",
            '\0',
            "gunicorn|gevent|asgi|celery",
            null,
            "print the Python module for such programs and exit"),
    WRITE_HOOKS(
            "write-hooks",
            '\0',
            "DIR",
            null,
            "write all Python modules into a folder, as the package healthcheck, and exit"),
    VERBOSE(
            "verbose",
            'v',
            null,
            "0",
            "also log sources that appear and expire; -vv: also each request to the application"),
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
