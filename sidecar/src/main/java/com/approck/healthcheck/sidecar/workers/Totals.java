package com.approck.healthcheck.sidecar.workers;

/** Sums over the current sources; a number that none of their pools reported counts as 0. */
public record Totals(long able, long busy, long stuck, long queued, long capacity) {}
