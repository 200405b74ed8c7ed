/**
 * What the agent sees, as text for an engineer who asks: {@code java -jar healthcheck-agent.jar PID --explain}.
 *
 * <p>Enters: values of the other stages, on the thread that looks. Leaves: a text in a file that the asking process has made,
 * because the attach interface gives no answer back. Nothing of this package is loaded before somebody asks.
 */
package com.approck.healthcheck.agent.explain;
