/**
 * All that is known in, long texts about it out: JSON and Prometheus text. Runs on a thread that may take its time; none of it is loaded
 * before somebody asks.
 */
package com.approck.healthcheck.sidecar.show;
