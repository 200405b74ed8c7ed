/**
 * The pools that run, their workers, and the interfaces by which a server is described.
 *
 * <p>Enters: pools that start and stop, and threads that begin their first request, reported by the hook on the server's
 * own threads; pools that {@link com.approck.healthcheck.agent.pool.PoolDiscovery} finds on the agent's thread. Leaves: the
 * lists that the sampler reads on the agent's thread. Pools and threads are held weakly, and all lists are bounded.
 *
 * <p>This package knows no server: see {@code server}.
 */
package com.approck.healthcheck.agent.pool;
