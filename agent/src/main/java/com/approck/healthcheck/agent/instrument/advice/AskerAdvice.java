package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into a method of a framework that asks a consumer for work. */
final class AskerAdvice {
    private AskerAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static Object enter(@Advice.This Object asker) {
        return Hook.askedBy(asker);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.Enter Object before) {
        Hook.askedBy(before);
    }
}
