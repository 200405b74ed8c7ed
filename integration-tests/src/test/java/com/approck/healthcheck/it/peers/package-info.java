/** Other ways to probe the same processes: who was right when, during the same faults, asked by the same rule at the same time. */
package com.approck.healthcheck.it.peers;
