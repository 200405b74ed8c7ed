/**
 * Programs as people write them, one for each way of embedding a server: each its own {@code main}, run in a process of
 * its own with the built agent. What a path does is written once, in {@link com.approck.healthcheck.it.sample.Faults};
 * a sample only carries a request there on one of its server's workers.
 *
 * <p>The build compiles them against the newest servers; the tests compile the same files again against each version
 * that {@code servers.txt} names.
 */
package com.approck.healthcheck.it.sample;
