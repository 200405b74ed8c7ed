package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into a method by which an object of a server gives out the executor that it holds, for a request. */
final class RequestExecutorHolderAdvice {
    private RequestExecutorHolderAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.This Object holder) {
        Hook.requestGivenTo(holder);
    }
}
