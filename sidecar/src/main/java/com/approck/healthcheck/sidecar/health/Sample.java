package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.workers.Totals;

/**
 * What was known at one moment.
 *
 * @param at by the ticker
 * @param ready by the workers' reports and by the application's last answer
 */
public record Sample(long at, Totals totals, boolean live, boolean ready) {}
