package com.approck.healthcheck.sidecar.net;

/** The sidecar cannot listen on a configured address; the message is for the person who started it. */
public final class BindFailedException extends Exception {
    private static final long serialVersionUID = 1L;

    BindFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
