/** The agent in every server and version of {@code servers.txt}, in application servers, WAR files and job schedulers. */
package com.approck.healthcheck.it.servers;
