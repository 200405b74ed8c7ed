package com.approck.healthcheck.agent.sample;

/** The tasks that virtual threads are on at this moment, each in a slot. Read while they come and go. */
interface VirtualTasks {
    /** Returns the number of slots; 0 if there has been no such task. */
    int slots();

    /** Returns the thread in a slot; null if it is empty. */
    Thread thread(int slot);

    /** Returns the task in a slot; null if it is empty, or the task is just being entered. */
    Object task(int slot);

    /** Returns a number that is another for each task in the slot, and grows by one with each. */
    long number(int slot);

    /** Empties the slot of a thread that has ended. */
    void forget(int slot, Thread thread);
}
