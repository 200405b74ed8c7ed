package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.List;

/**
 * Everything that the agent knows about the consumers of one client library that ask for work: the calls in which they wait
 * for it, which are hooked as {@link com.approck.healthcheck.agent.pool.HookKind#WAIT}, and how to read one.
 *
 * <p>The methods that read a consumer are called on the agent's thread, at each sample: none may lock. Most consumers refuse
 * calls from a second thread, so only fields are read.
 */
interface ConsumerSupport extends ConsumerLibrary {
    /** Returns the binary names of the classes whose objects, or those of subclasses, are consumers. */
    List<String> consumerClasses();

    /** Returns the name of the group that it belongs to now; null if it is no worker at this moment. */
    String groupOf(ReflectedObject consumer) throws ReflectiveOperationException;

    /** Returns whether it was closed. */
    boolean isClosed(ReflectedObject consumer) throws ReflectiveOperationException;

    /** Returns whether it works for what called it last: a framework may ask for one message, and leave it open for later. */
    default boolean isAskedInALoop(QueueConsumer consumer, ReflectedObject reflected)
            throws ReflectiveOperationException {
        return true;
    }

    /** Returns whether a container of a framework, which has called it, goes on whatever happens to it or to its thread. */
    default boolean isContainerActive(QueueConsumer consumer, ReflectedObject reflected)
            throws ReflectiveOperationException {
        return false;
    }

    /** Returns whether such a container tries to connect to its broker at this moment. */
    default boolean isContainerConnecting(QueueConsumer consumer, ReflectedObject reflected)
            throws ReflectiveOperationException {
        return false;
    }

    /** Whether a consumer was closed, and by whom. */
    enum Closed {
        /** It is open, or it is not known yet who has closed it. */
        NO,
        BY_APPLICATION,
        /** By the application, after the library had lost the connection and tried to connect again: it may make another. */
        AFTER_LOSS,
        /** By the library, as it has lost the connection: the thread may connect again. */
        CONNECTION_LOST
    }

    /** Returns whether it was closed, and by whom. It may have been collected. */
    default Closed closed(QueueConsumer consumer, ReflectedObject reflected) throws ReflectiveOperationException {
        boolean closed = reflected.get() == null ? consumer.isCloseCalled() : isClosed(reflected);
        return closed ? Closed.BY_APPLICATION : Closed.NO;
    }

    /**
     * Returns what is left of a consumer that nobody has closed and nobody holds any more, for as long as its own threads run:
     * an object that these lead to.
     */
    Object remains(ReflectedObject consumer) throws ReflectiveOperationException;

    /** Returns the milliseconds that it may work until its group goes on without it; 0 if there is no limit or it is not known. */
    long maxWorkMillis(ReflectedObject consumer) throws ReflectiveOperationException;

    /** Returns the name of the setting that limits the time between two waits, for people. */
    String maxWorkSetting();
}
