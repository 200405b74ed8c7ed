/**
 * From samples to StatsD gauges over UDP: the wire.
 *
 * <p>Enters: one sample an interval, on the agent's own thread ({@code healthcheck}). Leaves: datagrams, written by the
 * StatsD client's thread ({@code healthcheck-statsd}). Names are resolved on a third thread that lives as long as one
 * look-up; for {@code localhost} and for addresses there is none.
 */
package com.approck.healthcheck.agent.report;
