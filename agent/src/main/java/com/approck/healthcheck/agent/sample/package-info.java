/**
 * What the watched pools are doing, once an interval: how many workers are able, and which are stuck.
 *
 * <p>Enters: the registry's pools and workers, and what the JVM knows of their threads. Leaves: one {@link
 * com.approck.healthcheck.agent.sample.Sample} a tick. All on the agent's own thread; the judgement itself is pure and
 * gets its time from a {@link com.approck.healthcheck.agent.sample.Ticker}.
 */
package com.approck.healthcheck.agent.sample;
