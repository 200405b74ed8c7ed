/**
 * One file for each server: everything that the agent knows about it, and nothing about any other. {@link
 * com.approck.healthcheck.agent.server.Servers#ALL} lists them.
 *
 * <p>Nothing here has state. The adapters run on the agent's thread, and for a moment on a server's own when one of its pools
 * starts or one of its threads begins its first request.
 */
package com.approck.healthcheck.agent.server;
