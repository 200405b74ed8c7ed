/**
 * Datagrams in, the same datagrams out to another StatsD server. They are sent on the receiver thread, which never waits for it; its name
 * is looked up on a thread of its own. None of it is there without {@code --statsd-forward}.
 */
package com.approck.healthcheck.sidecar.forward;
