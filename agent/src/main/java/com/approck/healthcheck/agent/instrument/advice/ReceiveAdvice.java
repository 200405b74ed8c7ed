package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import java.util.concurrent.atomic.AtomicLong;
import net.bytebuddy.asm.Advice;

/** Inlined into a method in which a consumer waits for a message, and which returns null or throws without one. */
final class ReceiveAdvice {
    private ReceiveAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static AtomicLong enter(@Advice.This Object consumer) {
        return Hook.waitBegan(consumer, null);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(
            @Advice.Enter AtomicLong counter,
            @Advice.This Object consumer,
            @Advice.Return Object message,
            @Advice.Thrown Throwable thrown) {
        Hook.receiveEnded(counter, consumer, message, thrown);
    }
}
