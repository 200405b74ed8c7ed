/** Which servers and versions there are, and how each becomes a class path that a test can run. */
package com.approck.healthcheck.it.support.samples;
