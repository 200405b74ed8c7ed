/**
 * Gauges in, what is known about the workers out: which source reported what, how long ago, and whether the report is
 * still valid. {@code GaugeIngest} takes datagrams on the receiver thread, the only writer; any thread may ask the
 * registry, under a lock that is held for microseconds. {@code StateFile} keeps counts without a lease across a restart,
 * on a thread of its own because a file may be slow. Everything else here is pure: times come in as numbers.
 */
package com.approck.healthcheck.sidecar.workers;
