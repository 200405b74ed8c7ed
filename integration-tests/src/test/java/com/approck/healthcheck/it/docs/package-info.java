/** What is published: the content of the jars, and the tables in the documentation that the tests generate. */
package com.approck.healthcheck.it.docs;
