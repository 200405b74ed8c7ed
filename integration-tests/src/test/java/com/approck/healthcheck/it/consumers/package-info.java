/** Programs that take work from queues, with real brokers. */
package com.approck.healthcheck.it.consumers;
