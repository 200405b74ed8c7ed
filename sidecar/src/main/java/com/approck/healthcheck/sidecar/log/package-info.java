/**
 * One line on standard error for each thing that a person must know, and never one for each datagram. Any thread may
 * log, and none waits for whoever reads the log: one daemon thread writes.
 */
package com.approck.healthcheck.sidecar.log;
