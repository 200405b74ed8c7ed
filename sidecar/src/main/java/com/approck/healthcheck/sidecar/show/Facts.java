package com.approck.healthcheck.sidecar.show;

import com.approck.healthcheck.sidecar.count.ConnectionStats;
import com.approck.healthcheck.sidecar.count.Counters;
import com.approck.healthcheck.sidecar.count.Durations;
import com.approck.healthcheck.sidecar.health.HealthEvaluator;
import com.approck.healthcheck.sidecar.health.History;
import com.approck.healthcheck.sidecar.ready.Application;
import com.approck.healthcheck.sidecar.receive.Receiver;
import com.approck.healthcheck.sidecar.time.Ticker;
import com.approck.healthcheck.sidecar.workers.SourceRegistry;
import java.util.Optional;

/** Where all that can be shown is known. Any thread may ask each of them. */
public record Facts(
        SourceRegistry workers,
        HealthEvaluator health,
        Counters counters,
        Durations durations,
        ConnectionStats connections,
        History history,
        Receiver.Sockets sockets,
        Optional<Application> application,
        Ticker ticker) {}
