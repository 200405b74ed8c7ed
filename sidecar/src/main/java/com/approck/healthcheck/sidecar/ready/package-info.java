/**
 * Asks the application whether it is ready. Probes in, an answer shared by all that wait out; on threads of its own that
 * exist only if there is an application URL.
 */
package com.approck.healthcheck.sidecar.ready;
