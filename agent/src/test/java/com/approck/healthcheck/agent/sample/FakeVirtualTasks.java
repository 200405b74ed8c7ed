package com.approck.healthcheck.agent.sample;

import java.util.ArrayList;
import java.util.List;

/** Tasks on threads that stand for virtual ones, as on Java 17 there are none. */
final class FakeVirtualTasks implements VirtualTasks {
    private final List<Thread> threads = new ArrayList<>();
    private final List<Object> tasks = new ArrayList<>();
    private final List<Long> numbers = new ArrayList<>();

    /** The thread begins a task in a slot of its own, or in its own again. */
    void begins(Thread thread, Object task) {
        int slot = threads.indexOf(thread);
        if (slot < 0) {
            threads.add(thread);
            tasks.add(task);
            numbers.add(1L);
        } else {
            tasks.set(slot, task);
            numbers.set(slot, numbers.get(slot) + 1);
        }
    }

    void ends(Thread thread) {
        int slot = threads.indexOf(thread);
        threads.set(slot, null);
        tasks.set(slot, null);
    }

    @Override
    public int slots() {
        return threads.size();
    }

    @Override
    public Thread thread(int slot) {
        return threads.get(slot);
    }

    @Override
    public Object task(int slot) {
        return tasks.get(slot);
    }

    @Override
    public long number(int slot) {
        return numbers.get(slot);
    }

    @Override
    public void forget(int slot, Thread thread) {
        threads.set(slot, null);
        tasks.set(slot, null);
    }
}
