/**
 * Puts the agent together and runs it: reads the settings, connects the stages, and takes a sample each interval.
 *
 * <p>Enters: the entry class's call, on the thread that starts the JVM or that attaches the agent. Leaves: one daemon thread
 * ({@code healthcheck}), which is started once there is something to look for.
 */
package com.approck.healthcheck.agent.start;
