/**
 * From pools and workers to one {@link com.approck.healthcheck.agent.sample.Sample} an interval.
 *
 * <p>Everything runs on the agent's own thread. What is read of the server's objects comes from the package {@code pool}, and
 * of the JVM's threads from {@code java.lang.management}.
 */
package com.approck.healthcheck.agent.sample;
