package com.approck.healthcheck.sidecar.workers;

/** Sums over the sources whose word holds; what no pool of theirs told counts as 0. */
public record Totals(long able, long busy, long stuck, long queued, long capacity) {}
