/**
 * Bytes in, gauges about workers out. Pure: no socket, clock, thread or logger, and nothing allocated for a line that
 * the field usually sends. Runs on the receiver thread.
 */
package com.approck.healthcheck.sidecar.statsd;
