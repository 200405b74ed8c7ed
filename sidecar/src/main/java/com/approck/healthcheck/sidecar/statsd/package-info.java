/**
 * UDP datagrams in; gauges out. One receiver thread reads, parses and, if asked to, relays to another StatsD server. The parser is
 * pure and allocates nothing.
 */
package com.approck.healthcheck.sidecar.statsd;
