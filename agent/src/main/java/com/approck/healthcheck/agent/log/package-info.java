/** The agent's few sentences, on stderr: never the host's logging, which the agent must not even initialise. */
package com.approck.healthcheck.agent.log;
