package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.pool.MethodHook;
import java.util.List;

/** Puts calls of the hook into a class file. For one thread. */
public interface ClassWeaver {
    /**
     * The class file with the calls in it; null if there is nothing to put them into: an interface of that name without
     * such code, or a version that has none of these methods and need not. No other class is looked at or loaded.
     *
     * @param className the binary name of the class
     * @throws UnexpectedClassException if the class does not declare exactly one of each method
     * @throws RuntimeException if this is no class file
     */
    byte[] weave(String className, byte[] classFile, List<MethodHook> hooks) throws UnexpectedClassException;
}
