/**
 * Host names and ports in; listening sockets out, or one sentence that says why not, at the start on the main thread. And the
 * addresses of a host, in the order to try them, on the thread that asks.
 */
package com.approck.healthcheck.sidecar.net;
