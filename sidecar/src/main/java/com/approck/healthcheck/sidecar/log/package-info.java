/** One line on standard error for each thing that a person must know; never one for each datagram. Any thread. */
package com.approck.healthcheck.sidecar.log;
