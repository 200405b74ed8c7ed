package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into a method that starts a pool: reported when it returns, not when it throws. */
final class PoolStartedAdvice {
    private PoolStartedAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit(@Advice.This Object pool) {
        Hook.poolStarted(pool);
    }
}
