package com.approck.healthcheck.agent.weave;

import com.approck.healthcheck.agent.boot.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into the method that a server calls on the worker before a request. */
final class TaskBeganAdvice {
    private TaskBeganAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.This Object task) {
        Hook.taskBegan(task);
    }
}
