package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import java.util.concurrent.atomic.AtomicLong;
import net.bytebuddy.asm.Advice;

/** Inlined into a method of an inner class that gives one message to the application: its outer object works meanwhile. */
final class DeliveryAdvice {
    private DeliveryAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static AtomicLong enter(@Advice.FieldValue("this$0") Object outer) {
        return Hook.deliveryBegan(outer);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.Enter AtomicLong counter) {
        Hook.deliveryEnded(counter);
    }
}
