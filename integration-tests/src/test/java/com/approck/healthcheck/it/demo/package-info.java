/** The demo, started as the README says. */
package com.approck.healthcheck.it.demo;
