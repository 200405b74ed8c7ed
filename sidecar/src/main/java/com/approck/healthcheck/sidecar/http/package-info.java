/**
 * Undertow, set up for probes: requests in, responses out.
 *
 * <p>One I/O thread serves all connections and waits for nothing: a handler answers at once, or later from any thread by way of the
 * I/O thread. The body of a request is never read: the request is answered, and its connection is closed.
 */
package com.approck.healthcheck.sidecar.http;
