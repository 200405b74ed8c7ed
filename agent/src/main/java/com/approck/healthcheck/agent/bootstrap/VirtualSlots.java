package com.approck.healthcheck.agent.bootstrap;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The tasks on virtual threads at this moment: a table that {@link Hook} writes and the agent reads. In the boot loader, and
 * bound by the same rules as the hook. Thread-safe, without a lock once the table is there.
 */
public final class VirtualSlots {
    /** The most tasks that are listed at once; any more are not followed. A power of two. */
    private static final int SLOTS = 1 << 13;

    /** A virtual thread is listed in one of this number of slots, the first being that of its identifier. */
    private static final int SLOTS_TRIED = 8;

    /** The virtual threads that are on a task; what the task is; and how many tasks the slot has had. */
    private static volatile AtomicReferenceArray<Thread> threads;

    private static AtomicReferenceArray<Object> tasks;
    private static AtomicLongArray numbers;

    private VirtualSlots() {}

    /** Returns the number of slots; 0 if there has been no task. */
    public static int count() {
        AtomicReferenceArray<Thread> listed = threads;
        return listed == null ? 0 : listed.length();
    }

    /** Returns the virtual thread that is on a task in that slot; null if none is. */
    public static Thread thread(int slot) {
        return threads.get(slot);
    }

    /** Returns the task in that slot; null if there is none, or it is just being entered. */
    public static Object task(int slot) {
        return tasks.get(slot);
    }

    /** Returns how many tasks the slot has had: another number for each task. */
    public static long number(int slot) {
        return numbers.get(slot);
    }

    /** Empties the slot of a virtual thread that has ended, if no hook reported it. */
    public static void forget(int slot, Thread thread) {
        if (threads.compareAndSet(slot, thread, null)) {
            tasks.lazySet(slot, null);
        }
    }

    /** Returns whether the task is the outermost of its thread, and is listed. */
    static boolean taskBegan(Thread thread, Object task) {
        AtomicReferenceArray<Thread> listed = threads;
        if (listed == null) {
            listed = makeSlots();
        }
        int first = (int) idOf(thread);
        for (int i = 0; i < SLOTS_TRIED; i++) {
            if (listed.get((first + i) & (SLOTS - 1)) == thread) {
                return false;
            }
        }
        for (int i = 0; i < SLOTS_TRIED; i++) {
            int slot = (first + i) & (SLOTS - 1);
            if (listed.get(slot) == null && listed.compareAndSet(slot, null, thread)) {
                tasks.lazySet(slot, task);
                numbers.lazySet(slot, numbers.get(slot) + 1);
                return true;
            }
        }
        return false;
    }

    static void taskEnded(Thread thread) {
        AtomicReferenceArray<Thread> listed = threads;
        if (listed == null) {
            return;
        }
        int first = (int) idOf(thread);
        for (int i = 0; i < SLOTS_TRIED; i++) {
            int slot = (first + i) & (SLOTS - 1);
            if (listed.get(slot) == thread) {
                tasks.lazySet(slot, null);
                listed.lazySet(slot, null);
                return;
            }
        }
    }

    private static synchronized AtomicReferenceArray<Thread> makeSlots() {
        if (threads == null) {
            tasks = new AtomicReferenceArray<>(SLOTS);
            numbers = new AtomicLongArray(SLOTS);
            threads = new AtomicReferenceArray<>(SLOTS);
        }
        return threads;
    }

    @SuppressWarnings("deprecation") // Thread.threadId() came with Java 19. Virtual threads do not override this one.
    private static long idOf(Thread thread) {
        return thread.getId();
    }
}
