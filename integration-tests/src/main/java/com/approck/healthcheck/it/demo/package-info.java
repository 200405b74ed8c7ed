/**
 * The product in one command: a Jetty with the agent, the sidecar beside it, and a line whenever the sidecar's mind changes.
 * Nothing here is used by the product.
 */
package com.approck.healthcheck.it.demo;
