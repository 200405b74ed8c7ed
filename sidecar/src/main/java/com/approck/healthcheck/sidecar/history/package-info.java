/**
 * What was so in the last ten minutes, and when it turned: for whoever comes after the outage. Samples come from the receiver thread,
 * once a second; any thread may read.
 */
package com.approck.healthcheck.sidecar.history;
