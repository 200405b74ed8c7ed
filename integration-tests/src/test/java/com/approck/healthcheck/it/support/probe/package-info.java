/**
 * Asking and listening from outside: a prober as kubelets are, an HTTP client that never waits for ever, and an ear on
 * the wire.
 */
package com.approck.healthcheck.it.support.probe;
