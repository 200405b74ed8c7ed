package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** Inlined into a method by which a server gives a request to an executor, which is its first argument. */
final class RequestExecutorAdvice {
    private RequestExecutorAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.Argument(value = 0, optional = true, typing = Assigner.Typing.DYNAMIC) Object executor) {
        Hook.requestGivenTo(executor);
    }
}
