/**
 * Gauges in, what is known about workers out: who said what, how long ago, and whether it still holds. Pure: times come
 * in as numbers. Written by the receiver thread; any thread may ask for a {@link
 * com.approck.healthcheck.sidecar.state.Standing}, under a lock that is held for microseconds.
 */
package com.approck.healthcheck.sidecar.state;
