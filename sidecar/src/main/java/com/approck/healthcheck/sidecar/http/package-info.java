/**
 * Probes in, answers out. Undertow's I/O threads answer from memory and wait for nothing; only {@code ?verbose} goes to
 * a thread of its own, and a probe that needs the application's word rests until that is there.
 */
package com.approck.healthcheck.sidecar.http;
