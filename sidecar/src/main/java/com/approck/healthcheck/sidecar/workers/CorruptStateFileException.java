package com.approck.healthcheck.sidecar.workers;

/** A file is not a state file of the sidecar, or is damaged; the message says how. */
final class CorruptStateFileException extends Exception {
    private static final long serialVersionUID = 1;

    CorruptStateFileException(String message) {
        super(message);
    }
}
