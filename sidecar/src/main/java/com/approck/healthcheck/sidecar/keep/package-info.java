/**
 * What outlives the sidecar: the last words that were told without a lease, from {@code state} into a file and back. On
 * a thread of its own, since a file may take its time.
 */
package com.approck.healthcheck.sidecar.keep;
