/** The log, which writes one line for each thing that a person must know; formats for times and addresses; the clock. Any thread. */
package com.approck.healthcheck.sidecar.text;
