package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.workers.Totals;

/**
 * What was so at one moment.
 *
 * @param at by the ticker
 * @param ready whether it was by what is known of the workers and by the application's last answer
 */
public record Sample(long at, Totals totals, boolean live, boolean ready) {}
