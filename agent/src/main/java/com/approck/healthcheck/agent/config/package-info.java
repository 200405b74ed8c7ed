/**
 * Settings of the agent: from the agent's argument, system properties and the environment to one immutable value, or to
 * one sentence that says what is wrong. Pure: it touches nothing but what it is given.
 */
package com.approck.healthcheck.agent.config;
