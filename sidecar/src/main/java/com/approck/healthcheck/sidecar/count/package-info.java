/** Counters of what was heard and what was not taken: written by the receiver thread alone, read by any. */
package com.approck.healthcheck.sidecar.count;
