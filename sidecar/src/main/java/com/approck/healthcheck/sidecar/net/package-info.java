/** Which address of a host to connect to: a name in, its addresses in the order to try out. On the thread that asks. */
package com.approck.healthcheck.sidecar.net;
