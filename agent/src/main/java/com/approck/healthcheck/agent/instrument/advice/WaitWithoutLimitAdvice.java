package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import java.util.concurrent.atomic.AtomicLong;
import net.bytebuddy.asm.Advice;

/** Inlined into a method in which a consumer waits for work, and which does not say how long. */
final class WaitWithoutLimitAdvice {
    private WaitWithoutLimitAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static AtomicLong enter(@Advice.This Object consumer) {
        return Hook.waitBegan(consumer, null);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.Enter AtomicLong counter, @Advice.This Object consumer, @Advice.Thrown Throwable thrown) {
        Hook.waitEnded(counter, consumer, thrown);
    }
}
