package com.approck.healthcheck.sidecar.workers;

/** A file is not one of ours; the message says why. */
final class NotStateException extends Exception {
    private static final long serialVersionUID = 1;

    NotStateException(String message) {
        super(message);
    }
}
