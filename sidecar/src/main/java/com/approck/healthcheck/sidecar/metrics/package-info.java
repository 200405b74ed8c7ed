/** Counters of datagrams and of HTTP connections. Any thread may read them. */
package com.approck.healthcheck.sidecar.metrics;
