/** The command line, and the stages put together: receive, statsd, state, policy, http. */
package com.approck.healthcheck.sidecar;
