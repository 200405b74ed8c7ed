package com.approck.healthcheck.agent.pool;

import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Everything that the agent knows about one server: what is hooked, how a running one is found, where its idle threads wait,
 * and how its pools are read. To support a server, add an implementation to the package {@code server} and to its list
 * {@code Servers.ALL}. Stateless, so thread-safe.
 */
public interface ServerSupport {
    /** Returns the server's name, for logs: "Jetty". */
    String name();

    /** Returns the methods to be instrumented. */
    default List<MethodHook> hooks() {
        return Collections.emptyList();
    }

    /** Returns how the owners of its pools are found in a JVM that runs already. */
    Discovery discovery();

    /** Returns how to read the pools of an owner: one adapter for each kind of pool that an owner may have. */
    List<PoolAdapter> adapters();

    /**
     * Returns the owners that an object leads to.
     *
     * @param found an object of the class that {@link Discovery#reachedThrough} names
     */
    default Collection<Object> ownersReachableFrom(ReflectedObject found) throws ReflectiveOperationException {
        return Collections.emptyList();
    }

    /**
     * Returns the owners that a class lists in its static fields.
     *
     * @param listClass the class that {@link Discovery#listedIn} names
     */
    default Collection<Object> ownersListedIn(Class<?> listClass, ModuleOpener opener)
            throws ReflectiveOperationException {
        return Collections.emptyList();
    }

    /**
     * Returns the methods in which a thread of a {@link ProgressSource#STACK} pool waits for work, as part of {@code
     * class.method}, because libraries may be relocated. A thread that rests anywhere else for {@code stuck-after} counts as
     * stuck, so a missing entry turns an idle server into a dead one.
     */
    default List<String> idleFrames() {
        return Collections.emptyList();
    }

    /**
     * Returns the callers, as part of {@code class.method}, whose wait in a selector of the JDK means idle. Other callers wait
     * there for a response, database drivers for instance.
     */
    default List<String> idleSelectorCallers() {
        return Collections.emptyList();
    }

    /** Returns the classes of executors that only wrap another, each with the field that holds the executor inside. */
    default Map<String, String> executorWrappers() {
        return Collections.emptyMap();
    }
}
