/**
 * Reads objects of other class loaders by the names of their methods and fields, and lists the live threads.
 *
 * <p>Any thread may use it; each {@link com.approck.healthcheck.agent.reflect.ReflectedObject} belongs to one.
 */
package com.approck.healthcheck.agent.reflect;
