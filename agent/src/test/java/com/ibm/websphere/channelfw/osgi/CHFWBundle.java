package com.ibm.websphere.channelfw.osgi;

/** Has the name and the method that are read of Open Liberty's class. */
public final class CHFWBundle {
    private static Object executorService;

    private CHFWBundle() {}

    /** Sets the server's default executor. */
    public static void setExecutorService(Object executor) {
        executorService = executor;
    }

    /** As in Open Liberty. */
    public static Object getExecutorService() {
        return executorService;
    }
}
