/**
 * Tests of the two built jars in real processes. Each class asks one question; {@link
 * com.approck.healthcheck.it.support.TestProcesses} starts the processes that a test needs and ends them.
 *
 * <ul>
 *   <li>{@code matrix}: the rows of the README's truth matrix
 *   <li>{@code servers}: the agent in every supported server and version
 *   <li>{@code agent}, {@code sidecar}: one of the two jars under faults of its own
 *   <li>{@code python}: the Python modules in real Gunicorn and gevent
 *   <li>{@code deploy}, {@code docs}, {@code demo}: the deployment files, the jars' content and the tables in the documentation, the demo
 *   <li>{@code bench}: benchmarks
 *   <li>{@code peers}: other probes of the same processes, beside ours
 *   <li>{@code program}: main classes of child JVMs
 *   <li>{@code support}: processes, probes and class paths that the tests share
 * </ul>
 */
package com.approck.healthcheck.it;
