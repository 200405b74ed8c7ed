package com.approck.healthcheck.sidecar.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the sidecar was told to do; every value is allowed.
 *
 * @param http where probes are answered
 * @param statsd where datagrams are received
 * @param forward another StatsD server that gets every datagram too; its name is not looked up yet
 * @param readiness the application's own readiness check
 * @param minWorkers able workers, over all sources, below which there are none
 * @param minSources sources below which there are no workers
 * @param metrics names that are taken for workers, the two of the Python original first
 * @param workersTtl how long a value without a lease stands; zero for ever
 * @param drainLimit how long sources may be shutting down before they are no longer live; zero for ever
 * @param drain how long to answer on after SIGTERM
 * @param stateFile where words without a lease outlive us
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
