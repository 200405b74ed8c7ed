/** Time, as a value that comes in: nothing but the one-method clock that the stages read. */
package com.approck.healthcheck.sidecar.time;
