/**
 * The log, with one line for each thing that a person must know, and never one for each datagram; formats for times and
 * addresses; the clock. Any thread may log, and none waits for the reader of the log: one daemon thread writes.
 */
package com.approck.healthcheck.sidecar.text;
