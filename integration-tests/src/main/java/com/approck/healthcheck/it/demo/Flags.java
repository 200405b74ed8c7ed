package com.approck.healthcheck.it.demo;

import java.util.ArrayList;
import java.util.List;

/** The demo's command line: three ports, each 0 for any that is free. */
record Flags(int appPort, int httpPort, int statsdPort, List<String> problems) {

    static final String USAGE = """
            usage: java -jar healthcheck-demo.jar [--app-port 8080] [--http-port 8000] [--statsd-port 8125]

            Starts a Jetty with the agent on the first port and the sidecar on the other two, and prints a
            line whenever the sidecar's answer or the number of workers changes. 0 takes any port that is free.
            """;

    static Flags parse(String... args) {
        int app = 8080;
        int http = 8000;
        int statsd = 8125;
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < args.length; i++) {
            String flag = args[i];
            if (!List.of("--app-port", "--http-port", "--statsd-port").contains(flag)) {
                problems.add(flag + " is no flag of this demo");
                continue;
            }
            int port = i + 1 < args.length ? port(args[++i]) : -1;
            if (port < 0) {
                problems.add(flag + " wants a port from 0 to 65535");
            }
            switch (flag) {
                case "--app-port" -> app = port;
                case "--http-port" -> http = port;
                default -> statsd = port;
            }
        }
        return new Flags(app, http, statsd, List.copyOf(problems));
    }

    private static int port(String text) {
        return text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65_535 ? Integer.parseInt(text) : -1;
    }
}
