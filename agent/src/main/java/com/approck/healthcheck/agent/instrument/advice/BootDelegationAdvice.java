package com.approck.healthcheck.agent.instrument.advice;

import com.approck.healthcheck.agent.bootstrap.Hook;
import net.bytebuddy.asm.Advice;

/**
 * Inlined into {@code loadClass} of the class loaders of OSGi and JBoss Modules, which ask the boot loader for nothing but
 * what their configuration names: it returns the hook's class, and leaves every other class to the method itself.
 *
 * <p>Nothing is asked of the JVM's command line ({@code jboss.modules.system.pkgs},
 * {@code org.osgi.framework.bootdelegation}), which would be too late for an agent that is attached.
 */
final class BootDelegationAdvice {
    private BootDelegationAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class, skipOn = Advice.OnNonDefaultValue.class)
    static Class<?> enter(@Advice.Argument(0) String name) {
        return Hook.classNamed(name);
    }

    @Advice.OnMethodExit(suppress = Throwable.class)
    static void exit(@Advice.Enter Class<?> hook, @Advice.Return(readOnly = false) Class<?> returned) {
        if (hook != null) {
            returned = hook;
        }
    }
}
