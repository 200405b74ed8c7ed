/**
 * What is watched: the table of pool types, the pools that are running, and their workers.
 *
 * <p>Enters: pools that start and stop and threads that begin their first task, on the server's own threads, told by the
 * hook. Leaves: the lists that the sampler reads on its own thread. Pools and threads are held weakly, and both lists are
 * bounded.
 */
package com.approck.healthcheck.agent.pool;
