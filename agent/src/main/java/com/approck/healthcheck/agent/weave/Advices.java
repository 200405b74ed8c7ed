package com.approck.healthcheck.agent.weave;

import com.approck.healthcheck.agent.pool.PoolType;
import java.util.List;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.pool.TypePool;

/** Weaves advice into one class. Stateless. The only class of the agent that loads Byte Buddy. */
final class Advices {
    private Advices() {}

    /**
     * The class with advice in its hooked methods; null if it is not to be touched: an interface of the same name, or a
     * version that has none of these methods and need not.
     *
     * @throws UnexpectedClassException if the class does not declare exactly one of each hooked method
     */
    static byte[] weave(ClassLoader loader, String name, byte[] classFile, List<PoolType.Hooked> hooked)
            throws UnexpectedClassException {
        ClassFileLocator own = ClassFileLocator.ForClassLoader.of(Advices.class.getClassLoader());
        ClassFileLocator its = new ClassFileLocator.Compound(
                ClassFileLocator.Simple.of(name, classFile), ClassFileLocator.ForClassLoader.of(loader));
        TypeDescription type = TypePool.Default.of(its).describe(name).resolve();
        if (type.isInterface()) {
            return null;
        }
        boolean woven = false;
        DynamicType.Builder<?> builder =
                new ByteBuddy().with(TypeValidation.DISABLED).decorate(type, its);
        for (PoolType.Hooked one : hooked) {
            ElementMatcher.Junction<MethodDescription> method = ElementMatchers.<MethodDescription>named(one.method())
                    .and(ElementMatchers.takesArguments(one.argumentTypes().size()));
            for (int i = 0; i < one.argumentTypes().size(); i++) {
                String argument = one.argumentTypes().get(i);
                method = method.and(ElementMatchers.takesArgument(i, ElementMatchers.named(argument)));
            }
            if (type.getDeclaredMethods().filter(method).size() == 1) {
                builder = builder.visit(Advice.to(adviceOf(one.event()), own).on(method));
                woven = true;
            } else if (!one.isOptional()) {
                throw new UnexpectedClassException(
                        "it has no method " + one.method() + "(" + String.join(", ", one.argumentTypes()) + ")");
            }
        }
        return woven ? builder.make().getBytes() : null;
    }

    private static Class<?> adviceOf(PoolType.Event event) {
        switch (event) {
            case POOL_STARTED:
                return PoolStartedAdvice.class;
            case POOL_STOPPED:
                return PoolStoppedAdvice.class;
            case TASK:
                return TaskAdvice.class;
            case TASK_BEGAN:
                return TaskBeganAdvice.class;
            case TASK_ENDED:
                return TaskEndedAdvice.class;
            default:
                throw new AssertionError(event);
        }
    }
}
