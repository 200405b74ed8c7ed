package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into a method in which a consumer waits for work, at most as long as its first argument says. */
final class WaitAdvice {
    private WaitAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.This Object consumer, @Advice.Argument(0) Object limit) {
        Hook.waitBegan(consumer, limit);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.This Object consumer, @Advice.Thrown Throwable thrown) {
        Hook.waitEnded(consumer, thrown);
    }
}
