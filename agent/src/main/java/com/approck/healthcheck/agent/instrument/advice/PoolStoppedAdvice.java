package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into a method that stops a pool: reported when it ends, as workers may finish what they have until then. */
final class PoolStoppedAdvice {
    private PoolStoppedAdvice() {}

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.This Object pool) {
        Hook.poolStopped(pool);
    }
}
