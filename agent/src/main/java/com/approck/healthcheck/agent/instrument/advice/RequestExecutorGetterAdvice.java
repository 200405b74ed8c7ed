package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into a method that returns the executor which its caller gives a request to. */
final class RequestExecutorGetterAdvice {
    private RequestExecutorGetterAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit(@Advice.Return(typing = Assigner.Typing.DYNAMIC) Object executor) {
        Hook.requestGivenTo(executor);
    }
}
