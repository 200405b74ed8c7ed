/** The agent in real JVMs: attached, beside other agents, under faults, and the exact datagrams that it sends. */
package com.approck.healthcheck.it.agent;
