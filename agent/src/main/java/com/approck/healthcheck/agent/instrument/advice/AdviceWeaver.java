package com.approck.healthcheck.agent.instrument.advice;

import static net.bytebuddy.matcher.ElementMatchers.is;

import com.approck.healthcheck.agent.instrument.ClassWeaver;
import com.approck.healthcheck.agent.instrument.UnexpectedClassException;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.method.ParameterDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.MethodGraph;
import net.bytebuddy.dynamic.scaffold.TypeValidation;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.pool.TypePool;

/**
 * Byte Buddy, set up to load and to look at as little as it can: what it knows of a class is in the class's own file, it
 * does not compile the graph of inherited methods, and each advice class is parsed once.
 */
public final class AdviceWeaver implements ClassWeaver {
    /**
     * What Byte Buddy reads when its classes are initialized: not to look at generic types, for which it would need the classes
     * that one is declared in. The build renames it with Byte Buddy's classes, so that no other copy reads it.
     */
    private static final String RAW_TYPES = "net.bytebuddy.raw";

    private final ByteBuddy byteBuddy;
    private final Map<HookKind, Advice> advice = new EnumMap<>(HookKind.class);

    public AdviceWeaver() {
        System.setProperty(RAW_TYPES, "true");
        byteBuddy = new ByteBuddy()
                .with(TypeValidation.DISABLED)
                .with(MethodGraph.Compiler.ForDeclaredMethods.INSTANCE)
                .with(Implementation.Context.Disabled.Factory.INSTANCE);
        ClassFileLocator own = ClassFileLocator.ForClassLoader.of(AdviceWeaver.class.getClassLoader());
        TypePool pool = pool(own);
        add(HookKind.TASK, TaskAdvice.class, pool, own);
        add(HookKind.POOL_STARTED, PoolStartedAdvice.class, pool, own);
        add(HookKind.POOL_STOPPED, PoolStoppedAdvice.class, pool, own);
        add(HookKind.REQUEST_EXECUTOR, RequestExecutorAdvice.class, pool, own);
        add(HookKind.REQUEST_EXECUTOR_HOLDER, RequestExecutorHolderAdvice.class, pool, own);
        add(HookKind.REQUEST_EXECUTOR_GETTER, RequestExecutorGetterAdvice.class, pool, own);
        add(HookKind.WAIT, WaitAdvice.class, pool, own);
        add(HookKind.WAIT_WITHOUT_LIMIT, WaitWithoutLimitAdvice.class, pool, own);
        add(HookKind.RECEIVE, ReceiveAdvice.class, pool, own);
        add(HookKind.ASKER, AskerAdvice.class, pool, own);
        add(HookKind.DELIVERY, DeliveryAdvice.class, pool, own);
        add(HookKind.GIVE_UP, GiveUpAdvice.class, pool, own);
        add(HookKind.BOOT_DELEGATION, BootDelegationAdvice.class, pool, own);
        System.clearProperty(RAW_TYPES);
    }

    private void add(HookKind kind, Class<?> adviceClass, TypePool pool, ClassFileLocator own) {
        advice.put(kind, Advice.to(pool.describe(adviceClass.getName()).resolve(), own));
    }

    @Override
    @SuppressWarnings("ReturnsNullCollection") // null is how a transformer says "unchanged"
    public byte[] weave(String className, byte[] classFile, List<MethodHook> hooks) throws UnexpectedClassException {
        ClassFileLocator locator = ClassFileLocator.Simple.of(className, classFile);
        TypeDescription type = pool(locator).describe(className).resolve();
        DynamicType.Builder<?> builder = byteBuddy.decorate(type, locator);
        boolean found = false;
        for (MethodHook hook : hooks) {
            MethodDescription.InDefinedShape method = theOnly(type, hook);
            if (method != null) {
                builder = builder.visit(advice.get(hook.kind()).on(is(method)));
                found = true;
            } else if (!hook.isOptional() && !type.isInterface()) {
                throw UnexpectedClassException.without(hook);
            }
        }
        return found ? builder.make().getBytes() : null;
    }

    /** Types by their class files, and those of the JDK, which every JVM has loaded, as classes. */
    private static TypePool pool(ClassFileLocator locator) {
        return new TypePool.Default.WithLazyResolution(
                new TypePool.CacheProvider.Simple(),
                locator,
                TypePool.Default.ReaderMode.FAST,
                TypePool.ClassLoading.ofBootLoader());
    }

    /** The one method with code that the hook names; null if there is none or more than one. */
    private static MethodDescription.InDefinedShape theOnly(TypeDescription type, MethodHook hook) {
        MethodDescription.InDefinedShape found = null;
        for (MethodDescription.InDefinedShape method : type.getDeclaredMethods()) {
            if (method.isMethod()
                    && method.getName().equals(hook.method())
                    && (!method.isStatic() || hook.kind() == HookKind.REQUEST_EXECUTOR)
                    && !method.isAbstract()
                    && !method.isNative()
                    && hasArguments(method, hook.argumentTypes())) {
                if (found != null) {
                    return null;
                }
                found = method;
            }
        }
        return found;
    }

    private static boolean hasArguments(MethodDescription.InDefinedShape method, List<String> types) {
        List<ParameterDescription.InDefinedShape> parameters = method.getParameters();
        if (parameters.size() != types.size()) {
            return false;
        }
        for (int i = 0; i < types.size(); i++) {
            if (!parameters.get(i).getType().asErasure().getActualName().equals(types.get(i))) {
                return false;
            }
        }
        return true;
    }
}
