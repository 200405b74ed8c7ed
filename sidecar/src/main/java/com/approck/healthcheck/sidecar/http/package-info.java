/**
 * HTTP/1.1, as much of it as probes need: bytes of anybody in, requests out; answers in, bytes out.
 *
 * <p>One thread, {@code http}, does all of it and waits for nobody: a handler answers at once, or later from any thread. A request
 * with a body is answered and then hung up on, so that no body is ever read for its meaning; that, and that nothing is
 * forwarded, leaves nothing to smuggle. Why no library: it was half of the start and a fifth of the memory (sidecar/README.md).
 */
package com.approck.healthcheck.sidecar.http;
