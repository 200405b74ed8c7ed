/**
 * From the classes that the JVM loads to hooks in the methods of servers.
 *
 * <p>Enters: the name of every class that is loaded, on the thread that loads it; nearly all of them leave after one look
 * into a table. Leaves: the bytes of a server's class with advice in the methods that the table of pools names. ASM
 * is loaded by the first class that is in the table, and never in a JVM without such a class.
 */
package com.approck.healthcheck.agent.instrument;
