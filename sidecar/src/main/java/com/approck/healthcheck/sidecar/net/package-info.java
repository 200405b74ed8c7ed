/** Host names and ports in; listening sockets out, or one sentence that says why not. Runs at the start, on the main thread. */
package com.approck.healthcheck.sidecar.net;
