/** Numbers of what was heard, what was not taken, and how long probes took. Pure; read by any thread. */
package com.approck.healthcheck.sidecar.count;
