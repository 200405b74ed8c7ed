package com.approck.healthcheck.agent.pool;

/** What the call of a hooked method means. */
public enum HookKind {
    /** The pool, or its owner, has started once the method returns. */
    POOL_STARTED,
    /** The pool, or its owner, has stopped once the method ends, normally or by an exception. */
    POOL_STOPPED,
    /** The thread is on a request while the method runs. */
    TASK,
    /** The method gives a request to an executor, which is its first argument. */
    REQUEST_EXECUTOR,
    /** The method gives out the executor that its object holds, for a request. */
    REQUEST_EXECUTOR_HOLDER,
    /** The method returns the executor that its caller gives a request to; null stands for the server's own workers. */
    REQUEST_EXECUTOR_GETTER,
    /** The thread waits for work while the method runs, as long as its argument says at most, and works outside it. */
    WAIT,
    /** The thread waits for work while the method runs, for any time, and works outside it. */
    WAIT_WITHOUT_LIMIT,
    /** The thread waits for a message while the method runs, for any time, and works outside it once it has returned one. */
    RECEIVE,
    /** The method's object asks a consumer for work, or closes it, while the method runs, on its thread: a container, say. */
    ASKER,
    /** The outer object of the method's object works while the method runs: it gives a message to the application. */
    DELIVERY,
    /** The thread stops to consume, because of what the method's first argument says; not if that is null. */
    GIVE_UP,
    /** A class loader is asked for a class: it is changed to find the hook, for the classes that it loads. */
    BOOT_DELEGATION;

    /** Returns whether the method is one of a consumer of a queue. */
    public boolean isOfConsumer() {
        return this == WAIT || this == WAIT_WITHOUT_LIMIT || this == RECEIVE || this == DELIVERY;
    }
}
