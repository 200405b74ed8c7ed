/**
 * The product in one command: a Jetty with the agent and the sidecar beside it, each in a JVM of its own, and a line
 * whenever the sidecar's answer changes.
 */
package com.approck.healthcheck.it.demo;
