package com.approck.healthcheck.sidecar.bind;

/** We cannot listen where we were told to; the message is for the person who started us. */
public final class CouldNotBindException extends Exception {
    private static final long serialVersionUID = 1L;

    CouldNotBindException(String message, Throwable cause) {
        super(message, cause);
    }
}
