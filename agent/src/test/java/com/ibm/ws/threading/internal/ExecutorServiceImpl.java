package com.ibm.ws.threading.internal;

import java.util.concurrent.ThreadPoolExecutor;

/** Has the name and the members that are read of Open Liberty's class. */
public final class ExecutorServiceImpl {
    @SuppressWarnings("unused") // Read by name.
    private final ThreadPoolExecutor threadPool;

    @SuppressWarnings("unused") // Read by name.
    private final Controller threadPoolController;

    /** Holds an executor whose controller may give it that many threads, and that many more to break a hang. */
    public ExecutorServiceImpl(ThreadPoolExecutor threadPool, int maxThreads, int maxThreadsToBreakHang) {
        this.threadPool = threadPool;
        this.threadPoolController = new Controller(maxThreads, maxThreadsToBreakHang);
    }

    /** As in Open Liberty. */
    public String getPoolName() {
        return "Default Executor";
    }

    @SuppressWarnings("unused") // Read by name.
    private static final class Controller {
        private final int maxThreads;
        private final int maxThreadsToBreakHang;

        Controller(int maxThreads, int maxThreadsToBreakHang) {
            this.maxThreads = maxThreads;
            this.maxThreadsToBreakHang = maxThreadsToBreakHang;
        }
    }
}
