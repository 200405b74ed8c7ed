/** Arguments and environment in, settings out, or everything that is wrong with them at once. Pure. */
package com.approck.healthcheck.sidecar.config;
