package com.approck.healthcheck.sidecar.net;

/** We cannot listen where we were told to; the message is for the person who started us. */
public final class BindFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    BindFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
