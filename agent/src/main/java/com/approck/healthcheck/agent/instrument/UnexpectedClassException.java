package com.approck.healthcheck.agent.instrument;

/** A class has the name of a server's class, but not the methods that the table of pools expects. */
final class UnexpectedClassException extends Exception {
    private static final long serialVersionUID = 1L;

    UnexpectedClassException(String message) {
        super(message);
    }
}
