package com.approck.healthcheck.agent.weave;

import com.approck.healthcheck.agent.boot.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into the method that starts a pool: told when it returns, not when it throws. */
final class PoolStartedAdvice {
    private PoolStartedAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit(@Advice.This Object pool) {
        Hook.poolStarted(pool);
    }
}
