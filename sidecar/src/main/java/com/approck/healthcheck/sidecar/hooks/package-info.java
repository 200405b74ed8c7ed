/** Modules for Python programs that speak to the sidecar: resources of the jar, given out as they are. */
package com.approck.healthcheck.sidecar.hooks;
