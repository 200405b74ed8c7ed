/**
 * Datagrams in; what was in them goes to a handler. One thread, {@code receiver}, which is the only writer of all that
 * is remembered.
 */
package com.approck.healthcheck.sidecar.receive;
