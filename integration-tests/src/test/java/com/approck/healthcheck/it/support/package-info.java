/** What the tests share: the built jars, an application and a sidecar as processes, and the times that the product promises. */
package com.approck.healthcheck.it.support;
