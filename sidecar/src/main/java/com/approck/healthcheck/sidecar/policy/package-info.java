/** What is known about workers in, verdicts out. Pure: no socket, clock, thread or logger. Any thread. */
package com.approck.healthcheck.sidecar.policy;
