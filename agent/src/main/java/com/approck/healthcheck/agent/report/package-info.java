/**
 * From samples to StatsD gauges over UDP.
 *
 * <p>Enters: one sample an interval, on the agent's own thread ({@code healthcheck}). Leaves: datagrams, written by the
 * thread of the StatsD client's own sender ({@code StatsD-pool-1-thread-1}, say). Names are resolved on a third thread that lives as long as one
 * look-up; for {@code localhost} and for addresses there is none.
 */
package com.approck.healthcheck.agent.report;
