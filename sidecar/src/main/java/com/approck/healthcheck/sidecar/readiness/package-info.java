/** Asks the application whether it is ready, over HTTP, on one thread of its own. Results are shared by all probes that wait. */
package com.approck.healthcheck.sidecar.readiness;
