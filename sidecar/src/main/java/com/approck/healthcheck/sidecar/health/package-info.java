/**
 * What is known about workers in; verdicts out. {@link com.approck.healthcheck.sidecar.health.HealthPolicy} is pure: no socket, clock, thread or
 * logger. The monitor and the log of sources run on the receiver thread.
 */
package com.approck.healthcheck.sidecar.health;
