package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;

/** A class with methods to hook, of a server or a library. */
final class HookedClass {
    final String server;
    final String className;
    final List<MethodHook> hooks = new ArrayList<>();

    /** Whether a class of that name has been loaded. Written by any thread. */
    volatile boolean noted;

    HookedClass(String server, String className) {
        this.server = server;
        this.className = className;
    }

    /** The class and where it comes from, for people. */
    String with(ProtectionDomain domain) {
        return server + "'s class " + className + " (" + origin(domain) + ")";
    }

    private static String origin(ProtectionDomain domain) {
        CodeSource source = domain == null ? null : domain.getCodeSource();
        if (source == null || source.getLocation() == null) {
            return "of unknown origin";
        }
        String location = source.getLocation().toString();
        String trimmed = location.endsWith("!/") ? location.substring(0, location.length() - 2) : location;
        return "from " + trimmed.substring(trimmed.lastIndexOf('/') + 1);
    }

    boolean isOfConsumer() {
        return hooks.get(0).kind().isOfConsumer();
    }

    /** Returns whether it asks the consumers of a library, of which it is no part. */
    boolean isOfFramework() {
        return hooks.get(0).kind() == HookKind.ASKER;
    }

    boolean isLoader() {
        return hooks.get(0).kind() == HookKind.BOOT_DELEGATION;
    }
}
