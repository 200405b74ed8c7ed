package com.approck.healthcheck.sidecar.workers;

/** A file is not one of ours; the message says why. */
final class CorruptStateFileException extends Exception {
    private static final long serialVersionUID = 1;

    CorruptStateFileException(String message) {
        super(message);
    }
}
