package com.approck.healthcheck.agent.sample;

import com.approck.healthcheck.agent.bootstrap.Hook;

/** Those that the hook reports; none if the hook could not be put into the boot loader. */
final class HookedVirtualTasks implements VirtualTasks {
    private boolean hasNoHook;

    @Override
    public int slots() {
        if (hasNoHook) {
            return 0;
        }
        try {
            return Hook.virtualSlots();
        } catch (NoClassDefFoundError e) {
            hasNoHook = true;
            return 0;
        }
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
