/** Durations and addresses as a person reads them. Pure. */
package com.approck.healthcheck.sidecar.words;
