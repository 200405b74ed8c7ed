package com.approck.healthcheck.sidecar.endpoints;

import com.approck.healthcheck.sidecar.health.HealthEvaluator;
import com.approck.healthcheck.sidecar.health.History;
import com.approck.healthcheck.sidecar.metrics.ConnectionStats;
import com.approck.healthcheck.sidecar.metrics.Counters;
import com.approck.healthcheck.sidecar.readiness.ReadinessClient;
import com.approck.healthcheck.sidecar.statsd.UdpReceiver;
import com.approck.healthcheck.sidecar.text.Ticker;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import java.util.Optional;

/** What the endpoints read. Any thread may read each of them. */
public record EndpointInputs(
        SourceRegistry workers,
        HealthEvaluator health,
        Counters counters,
        LatencyHistograms durations,
        ConnectionStats connections,
        History history,
        UdpReceiver.Sockets sockets,
        Optional<ReadinessClient> application,
        Ticker ticker) {}
