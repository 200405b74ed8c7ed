/**
 * Programs that embed a server as people do: each has a {@code main}, and the tests run it in a JVM of its own with the
 * built agent. A path means the same in all of them: {@link com.approck.healthcheck.it.sample.Faults} says what. A sample
 * only brings the request there on one of its server's workers.
 *
 * <p>The build compiles a sample once, against one version of its server. The tests run it with every version in {@code
 * servers.txt}; where a version's methods differ, the sample calls them by reflection.
 */
package com.approck.healthcheck.it.sample;
