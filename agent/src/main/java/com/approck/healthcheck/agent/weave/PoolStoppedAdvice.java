package com.approck.healthcheck.agent.weave;

import com.approck.healthcheck.agent.boot.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into the method that stops a pool: told when it ends, as workers may finish what they have until then. */
final class PoolStoppedAdvice {
    private PoolStoppedAdvice() {}

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.This Object pool) {
        Hook.poolStopped(pool);
    }
}
