package com.approck.healthcheck.agent.server;

import java.util.Collection;

/** Names pools that have no name, after their threads. Stateless. */
final class ThreadNames {
    private ThreadNames() {}

    /**
     * Returns the name of one of the threads without the number at its end: {@code mail-sender-3} gives {@code mail-sender}.
     *
     * @param defaultName for threads whose names say nothing, and for none
     */
    static String common(Collection<Thread> threads, String defaultName) {
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
        return defaultName;
    }
}
