package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;

/** Inlined into a method that a framework calls when one of its threads stops to consume: its first argument says why. */
final class GiveUpAdvice {
    private GiveUpAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    static void enter(@Advice.Argument(0) Object reason) {
        Hook.givesUp(reason);
    }
}
