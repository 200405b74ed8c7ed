package com.approck.healthcheck.agent.pool;

import java.util.Collection;

/** Names for pools that have none, from the names of their threads. */
final class ThreadNames {
    private ThreadNames() {}

    /** The name of one of the threads without the number at its end: {@code mail-sender-3} gives {@code mail-sender}. */
    static String common(Collection<Thread> threads, String otherwise) {
        for (Thread thread : threads) {
            String name = thread.getName();
            int end = name.length();
            while (end > 0 && "0123456789".indexOf(name.charAt(end - 1)) >= 0) {
                end--;
            }
            while (end > 0 && "-_# .:".indexOf(name.charAt(end - 1)) >= 0) {
                end--;
            }
            if (end > 0) {
                return name.substring(0, end);
            }
        }
        return otherwise;
    }
}
