/**
 * Puts the hooks into the methods of servers, and connects the hooks to the agent.
 *
 * <p>Enters: the name of every class that is loaded, on the thread that loads it; nearly all of them leave after one look
 * into a table, and the others are written down. Leaves, on the agent's thread and once the first pool is up: the bytes of
 * a server's class with advice in the methods that the table names. Byte Buddy, which writes them, is in the class loader
 * below; a JVM without a pool never loads it.
 */
package com.approck.healthcheck.agent.instrument;
