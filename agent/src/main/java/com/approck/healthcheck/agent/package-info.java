/**
 * The door: the JVM calls {@link com.approck.healthcheck.agent.Agent} with the agent's settings.
 *
 * <p>These classes alone are loaded by the system class loader and so can be seen by the application. The rest of the
 * agent, and the libraries it brings, lie under {@code META-INF/agent/} of the jar and are defined by a class loader of
 * their own whose parent is the boot loader.
 *
 * <p>The data flows through the packages in this order: {@code config} (settings) → {@code weave} (hooks put into the
 * server's classes) → {@code boot} (what the hooks call) → {@code pool} (the pools and workers that are watched) →
 * {@code sample} (what they are doing, once an interval) → {@code emit} (StatsD gauges over UDP).
 */
package com.approck.healthcheck.agent;
