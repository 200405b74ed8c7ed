/**
 * What each path answers. Requests in, answers out: the probes at once and from memory, on the HTTP thread; what takes a while to
 * write on two slow threads, and {@code ready} with an application's URL when the application's word is there.
 */
package com.approck.healthcheck.sidecar.probe;
