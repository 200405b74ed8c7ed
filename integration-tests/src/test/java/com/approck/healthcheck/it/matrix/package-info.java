/** The rows of the truth matrix: a fault, the answer of both probes, and the time in which it must come. */
package com.approck.healthcheck.it.matrix;
