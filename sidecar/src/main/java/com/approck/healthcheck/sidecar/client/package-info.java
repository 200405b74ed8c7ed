/** The other end of a probe: asks a running sidecar, for {@code HEALTHCHECK} lines and scripts. On the main thread. */
package com.approck.healthcheck.sidecar.client;
