/**
 * Processes, JDKs and signals: what is started here is certain to end, whatever becomes of the test that started it.
 */
package com.approck.healthcheck.it.support.process;
