/**
 * What goes into a server's methods, as Byte Buddy's advice, and Byte Buddy itself.
 *
 * <p>Enters: a class file and the methods to hook, on the agent's own thread. Leaves: the class file with calls of
 * {@link com.approck.healthcheck.agent.bootstrap.Hook} in these methods. This package and Byte Buddy are in a class loader of
 * their own below the agent's: it is made once the first pool is up, and let go when nothing is left to instrument.
 */
package com.approck.healthcheck.agent.instrument.advice;
