/**
 * {@code java -jar healthcheck-agent.jar PID}: puts the agent into a JVM that runs already.
 *
 * <p>Enters: the command line, in a JVM of its own. Leaves: a request to the other JVM, which loads the agent by its
 * {@code agentmain}, and an exit code.
 */
package com.approck.healthcheck.agent.attach;
