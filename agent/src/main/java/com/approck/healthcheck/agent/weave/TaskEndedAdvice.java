package com.approck.healthcheck.agent.weave;

import com.approck.healthcheck.agent.boot.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into the method that a server calls on the worker after a request. */
final class TaskEndedAdvice {
    private TaskEndedAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter() {
        Hook.taskEnded();
    }
}
