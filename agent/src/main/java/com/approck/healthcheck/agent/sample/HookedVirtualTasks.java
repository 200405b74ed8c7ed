package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.bootstrap.Hook;

/** Those that the hook reports. */
final class HookedVirtualTasks implements VirtualTasks {
    @Override
    public int slots() {
        return Hook.virtualSlots();
    }

    @Override
    public Thread thread(int slot) {
        return Hook.virtualThread(slot);
    }

    @Override
    public Object task(int slot) {
        return Hook.virtualTask(slot);
    }

    @Override
    public long number(int slot) {
        return Hook.virtualNumber(slot);
    }

    @Override
    public void forget(int slot, Thread thread) {
        Hook.forgetVirtual(slot, thread);
    }
}
