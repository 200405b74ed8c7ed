package com.approck.healthcheck.sidecar.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of one run; every value has been checked.
 *
 * @param http where probes are answered
 * @param statsd where datagrams are received
 * @param forward another StatsD server that gets every datagram too; its name is not looked up yet
 * @param readiness the application's own readiness check
 * @param minWorkers the fewest able workers, over all sources, that are enough
 * @param minSources the fewest sources that are enough
 * @param metrics names of gauges that count workers; those of the Python original first
 * @param workersTtl how long a report without a lease is valid; zero: without end
 * @param drainLimit how long sources may be shutting down before they are no longer live; zero: without end
 * @param drain how long to go on answering after SIGTERM
 * @param stateFile where reports without a lease are kept for the next start
 * @param agentCheck where HAProxy's agent-check is answered
 * @param verbosity how often {@code -v} was given
 */
public record Settings(
        ListenAddress http,
        ListenAddress statsd,
        Optional<InetSocketAddress> forward,
        Optional<ReadinessSettings> readiness,
        int minWorkers,
        int minSources,
        List<String> metrics,
        Duration workersTtl,
        Duration drainLimit,
        Duration drain,
        Optional<Path> stateFile,
        Optional<ListenAddress> agentCheck,
        int verbosity) {

    public Settings {
        metrics = List.copyOf(metrics);
    }
}
