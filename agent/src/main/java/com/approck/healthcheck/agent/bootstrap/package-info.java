/**
 * What the hooks inside a server's methods call: two small classes in the boot loader, where every class loader finds them.
 *
 * <p>Enters: a server's own threads, from the advice in its methods. Leaves: a counter that moves, and rare calls into
 * the agent through {@code java.*} types. Nothing else of the agent is in the boot loader.
 */
package com.approck.healthcheck.agent.bootstrap;
