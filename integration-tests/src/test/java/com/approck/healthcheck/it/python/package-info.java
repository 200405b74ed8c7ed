/** The Python modules and plain StatsD senders in real Gunicorn and gevent processes. */
package com.approck.healthcheck.it.python;
