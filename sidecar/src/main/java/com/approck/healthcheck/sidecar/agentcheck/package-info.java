/**
 * HAProxy's agent-check: a connection comes in, one line with the server's state and weight goes out. One thread accepts; an answer
 * that waits for the application is written on the application's thread.
 */
package com.approck.healthcheck.sidecar.agentcheck;
