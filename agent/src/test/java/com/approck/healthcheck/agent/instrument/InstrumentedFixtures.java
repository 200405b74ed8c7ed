package com.approck.healthcheck.agent.instrument;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Classes of a server that never was, to be woven. Public, as they are called from outside their class loader. */
public final class InstrumentedFixtures {
    private InstrumentedFixtures() {}

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

    /** Waits for work. */
    public static class Consumer {
        public Runnable work = () -> {};

        public int poll(Duration limit) {
            work.run();
            return 5;
        }

        public String receive(String message) {
            work.run();
            return message;
        }

        public void giveUp(Throwable reason) {
            work.run();
        }

        public int poll(long millis) {
            work.run();
            return 6;
        }
    }

    /** Gives a message to the application, as an inner class of what does so. */
    public static class Delivery {
        public Runnable work = () -> {};

        /** As the compiler names it. */
        @SuppressWarnings("MemberName")
        public final Object this$0 = "a channel";

        public void run() {
            work.run();
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

    /** Has the name of a class that a server has in another version, and gives requests to executors. */
    public interface Interface {
        void start();

        static String async(Executor executor, Supplier<String> work) {
            executor.execute(() -> {});
            return work.get();
        }
    }
}
