/**
 * What is known about the workers in, verdicts out: the policy, the verdicts of now, their history and their log lines.
 * The policy is pure and runs on any thread; verdict changes and source events are found and logged on the receiver
 * thread, once a read cycle at most.
 */
package com.approck.healthcheck.sidecar.health;
