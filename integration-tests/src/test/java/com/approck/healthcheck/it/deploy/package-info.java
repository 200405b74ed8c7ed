/** The files in {@code sidecar/deploy}, read by the programs that they are written for. */
package com.approck.healthcheck.it.deploy;
