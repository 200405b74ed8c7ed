package com.approck.healthcheck.sidecar.http;

/** What was sent is no request that we read. Without a stack trace, since anybody can cause it. */
final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    /** {@code message} is a sentence for who sent it, the status that of the answer. */
    BadRequestException(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
