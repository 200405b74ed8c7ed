package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import java.util.concurrent.atomic.AtomicLong;
import net.bytebuddy.asm.Advice;

/** Inlined into a method in which a consumer waits for work, at most as long as its first argument says. */
final class WaitAdvice {
    private WaitAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static AtomicLong enter(@Advice.This Object consumer, @Advice.Argument(0) Object limit) {
        return Hook.waitBegan(consumer, limit);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.Enter AtomicLong counter, @Advice.This Object consumer, @Advice.Thrown Throwable thrown) {
        Hook.waitEnded(counter, consumer, thrown);
    }
}
