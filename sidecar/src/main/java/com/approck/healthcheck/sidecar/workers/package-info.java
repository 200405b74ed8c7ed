/**
 * Gauges in; the state of all sources out: who reported how many workers, and until when that is valid. The receiver thread writes, any thread
 * may read. The state file is written and read on a thread of its own, because a disk can be slow.
 */
package com.approck.healthcheck.sidecar.workers;
