/**
 * Consumers of queues: threads that by turns wait for work in a call of a client library and do the work outside it, and
 * subscriptions whose messages a client library gives to the application on threads of its own.
 *
 * <p>Enters: the begin and the end of each such call or delivery, reported by the hook on the thread that works. Leaves: for each
 * group of consumers a pool, which the package {@code pool} watches as those of servers. Nothing of this runs, and no hook
 * is put in, in a JVM that has loaded no class of such a library.
 */
package com.approck.healthcheck.agent.consumer;
