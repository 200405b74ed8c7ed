package com.approck.healthcheck.agent.weave;

import com.approck.healthcheck.agent.boot.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into the method of a server that runs one request. */
final class TaskAdvice {
    private TaskAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static boolean enter(@Advice.This Object task) {
        return Hook.taskBegan(task);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    static void exit(@Advice.Enter boolean outermost) {
        if (outermost) {
            Hook.taskEnded();
        }
    }
}
