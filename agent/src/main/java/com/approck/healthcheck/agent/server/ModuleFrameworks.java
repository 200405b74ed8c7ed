package com.approck.healthcheck.agent.server;

import com.approck.healthcheck.agent.pool.Discovery;
import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.pool.PoolAdapter;
import com.approck.healthcheck.agent.pool.ServerSupport;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Module systems in which servers run. They have no pools. Their class loaders do not ask the bootstrap loader for a class
 * that was not named to them ({@code jboss.modules.system.pkgs}, {@code org.osgi.framework.bootdelegation}), so the classes in
 * them would not find the hook. Read from JBoss Modules 2.3.0 (WildFly), Apache Felix 7.0.5 and Equinox 3.24.300.
 */
final class ModuleFrameworks implements ServerSupport {
    private static final String STRING = "java.lang.String";

    @Override
    public String name() {
        return "JBoss Modules and OSGi";
    }

    @Override
    public List<MethodHook> hooks() {
        return Arrays.asList(
                loadClass("org.jboss.modules.ConcurrentClassLoader", STRING),
                loadClass("org.apache.felix.framework.BundleWiringImpl$BundleClassLoader", STRING, "boolean"),
                loadClass("org.eclipse.osgi.internal.loader.ModuleClassLoader", STRING, "boolean"));
    }

    private static MethodHook loadClass(String className, String... argumentTypes) {
        return new MethodHook(HookKind.BOOT_DELEGATION, className, "loadClass", argumentTypes);
    }

    @Override
    public Discovery discovery() {
        return Discovery.ofOwners();
    }

    @Override
    public List<PoolAdapter> adapters() {
        return Collections.emptyList();
    }
}
