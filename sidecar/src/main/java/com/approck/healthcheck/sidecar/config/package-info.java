/** Flags and environment in; settings out, or all problems at once. Also the Python modules that {@code --print-hooks} prints. */
package com.approck.healthcheck.sidecar.config;
