/**
 * Benchmarks of whole processes. Built artifacts and load in; rows of one table out: our number, the baseline measured
 * beside it in the same run, the ratio, the goal.
 */
package com.approck.healthcheck.it.bench;
