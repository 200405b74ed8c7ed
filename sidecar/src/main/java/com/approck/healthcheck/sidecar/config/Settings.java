package com.approck.healthcheck.sidecar.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the sidecar was told to do; every value is allowed.
 *
 * @param httpHost where probes are answered
 * @param httpPort 0 for one that is free
 * @param statsdHost where datagrams are awaited
 * @param statsdPort 0 for one that is free
 * @param forward another StatsD server that gets every datagram too; its name is not looked up yet
 * @param readyUrl the application's own readiness
 * @param readyTimeout for a whole call to it
 * @param minWorkers able workers, over all sources, below which there are none
 * @param minSources sources below which there are no workers
 * @param metrics names that are taken for workers, the two of the Python original first
 * @param workersTtl how long a value without a lease stands; zero for ever
 * @param drainLimit how long sources may be shutting down before they are no longer live; zero for ever
 * @param drain how long to answer on after SIGTERM
 * @param stateFile where words without a lease outlive us
 * @param agentCheckPort where HAProxy's agent-check is answered, 0 for one that is free
 * @param verbosity how often {@code -v} was given
 */
public record Settings(
        String httpHost,
        int httpPort,
        String statsdHost,
        int statsdPort,
        Optional<InetSocketAddress> forward,
        Optional<URI> readyUrl,
        Duration readyTimeout,
        int minWorkers,
        int minSources,
        List<String> metrics,
        Duration workersTtl,
        Duration drainLimit,
        Duration drain,
        Optional<Path> stateFile,
        OptionalInt agentCheckPort,
        int verbosity) {

    public Settings {
        metrics = List.copyOf(metrics);
    }
}
