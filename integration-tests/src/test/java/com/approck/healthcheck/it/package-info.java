/**
 * The scenarios. A class asks one question of the two built jars, in real processes; {@link com.approck.healthcheck.it.Run}
 * starts what a scenario needs and ends it.
 */
package com.approck.healthcheck.it;
