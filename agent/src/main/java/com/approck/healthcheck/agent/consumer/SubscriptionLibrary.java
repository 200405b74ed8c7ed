package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.function.Consumer;

/**
 * Everything that the agent knows about one client library that gives messages to the application, on threads of its own: the
 * method that gives one, which is hooked as {@link com.approck.healthcheck.agent.pool.HookKind#DELIVERY}, and how to find and
 * read the connections to the broker. Stateless, so thread-safe.
 *
 * <p>What it returns is called on the agent's thread, at each sample. Nothing of the application's may be called, and no lock
 * taken but one that the library holds for no more than to read or change a table.
 */
interface SubscriptionLibrary extends ConsumerLibrary {
    /** A connection that was found. */
    interface Connection {
        /** Returns whether it is that object. */
        boolean is(Object connection);

        /**
         * Says of each subscription what becomes of it.
         *
         * @param onNew gets a subscription when it is seen for the first time
         * @return false once it is over, with all that came over it
         */
        boolean look(long nowNanos, Consumer<Subscription> onNew) throws ReflectiveOperationException;
    }

    /** Returns the connection that a live thread reads from; null if it reads from none, or the connection is not ready. */
    Object connectionOf(Thread thread, ModuleOpener opener) throws ReflectiveOperationException;

    /** Returns the connection of an object that has delivered a message; null if it is of another library. */
    Object connectionOf(ReflectedObject deliverer) throws ReflectiveOperationException;

    /** Returns how to read a connection that was found. */
    Connection read(ReflectedObject connection, QueueConsumers workers);
}
