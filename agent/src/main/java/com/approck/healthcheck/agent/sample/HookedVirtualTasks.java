package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.bootstrap.VirtualSlots;

/** Those that the hook reports; none if the hook could not be put into the boot loader. */
final class HookedVirtualTasks implements VirtualTasks {
    private boolean hasNoHook;

    @Override
    public int slots() {
        if (hasNoHook) {
            return 0;
        }
        try {
            return VirtualSlots.count();
        } catch (NoClassDefFoundError e) {
            hasNoHook = true;
            return 0;
        }
    }

    @Override
    public Thread thread(int slot) {
        return VirtualSlots.thread(slot);
    }

    @Override
    public Object task(int slot) {
        return VirtualSlots.task(slot);
    }

    @Override
    public long number(int slot) {
        return VirtualSlots.number(slot);
    }

    @Override
    public void forget(int slot, Thread thread) {
        VirtualSlots.forget(slot, thread);
    }
}
