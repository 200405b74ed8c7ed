/** Main classes of the child JVMs that tests start; they use no class of the tests. */
package com.approck.healthcheck.it.program;
