/** The sidecar as a process: its start and stop, launcher, clients, datagrams, relay, metrics and status page. */
package com.approck.healthcheck.it.sidecar;
