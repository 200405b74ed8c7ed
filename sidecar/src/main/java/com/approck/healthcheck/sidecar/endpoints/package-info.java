/**
 * What each path answers. Probes are answered on the I/O thread, from memory. Long texts (JSON, Prometheus text, the status page) are written on
 * background threads; nothing of them is loaded before somebody asks.
 */
package com.approck.healthcheck.sidecar.endpoints;
