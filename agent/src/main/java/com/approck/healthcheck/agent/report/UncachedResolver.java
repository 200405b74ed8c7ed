package com.approck.healthcheck.agent.report;

import com.approck.healthcheck.agent.reflect.ModuleOpener;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Looks names up past the JVM's cache, which would hide a receiver that moved for 30 s. The cache's time is a setting of
 * the whole JVM and so the application's; the method that fills the cache can be called by itself. Where it cannot, the
 * cached answer has to do.
 */
final class UncachedResolver implements ReceiverAddress.Resolver {
    private static final String METHOD = "getAddressesFromNameService";

    private final ModuleOpener opener;
    private Method method;
    private boolean searched;

    UncachedResolver(ModuleOpener opener) {
        this.opener = opener;
    }

    @Override
    public synchronized InetAddress[] resolve(String host) throws UnknownHostException {
        if (!searched) {
            searched = true;
            method = find();
        }
        if (method == null) {
            return InetAddress.getAllByName(host);
        }
        try {
            return (InetAddress[])
                    (method.getParameterCount() == 1 ? method.invoke(null, host) : method.invoke(null, host, null));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof UnknownHostException) {
                throw (UnknownHostException) e.getCause();
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            // As if there were no such method.
        }
        return InetAddress.getAllByName(host);
    }

    /** With two parameters before Java 18, with one since (java.net.InetAddress). */
    private Method find() {
        try {
            opener.open(InetAddress.class);
            for (Method candidate : InetAddress.class.getDeclaredMethods()) {
                if (candidate.getName().equals(METHOD) && candidate.getReturnType() == InetAddress[].class) {
                    candidate.setAccessible(true);
                    return candidate;
                }
            }
        } catch (RuntimeException | LinkageError e) {
            // Another JVM, or one that does not let us.
        }
        return null;
    }
}
