/**
 * The entry: the JVM calls {@link com.approck.healthcheck.agent.Agent} with the agent's settings.
 *
 * <p>These classes alone are loaded by the system class loader and so can be seen by the application. The rest of the
 * agent and its libraries are under {@code META-INF/agent/} of the jar, in a class loader whose parent is the boot loader;
 * Byte Buddy is under {@code META-INF/instrument/}, in one below that, which comes and goes.
 *
 * <p>The data flows through the packages in this order: {@code config} (settings) → {@code pool} (the pools and workers
 * that are watched) → {@code instrument} (hooks put into the server's classes) → {@code bootstrap} (what the hooks call) →
 * {@code sample} (what the workers are doing, once an interval) → {@code report} (StatsD gauges over UDP). {@code start}
 * connects them.
 */
package com.approck.healthcheck.agent;
