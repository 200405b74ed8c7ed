package com.approck.healthcheck.agent.instrument;

/** Classes of a server that never was, to be woven. Public, as they are called from outside their class loader. */
public final class Victims {
    private Victims() {}

    /** Serves requests. */
    public static class Request implements Runnable {
        public Runnable work = () -> {};

        @Override
        public void run() {
            work.run();
        }

        /** Has the hooked method's name, but not its arguments. */
        public int run(int times) {
            for (int i = 0; i < times; i++) {
                work.run();
            }
            return times;
        }
    }

    /** Owns a pool. */
    public static class Connector {
        public Runnable work = () -> {};

        public void start() {
            work.run();
        }

        public final synchronized boolean stop(String reason, long[] times) throws Exception {
            try {
                work.run();
            } finally {
                times[0]++;
            }
            return reason.isEmpty();
        }
    }

    /** Has the name of a class that a server has in another version. */
    public interface Interface {
        void start();
    }
}
