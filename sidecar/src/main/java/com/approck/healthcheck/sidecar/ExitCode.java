package com.approck.healthcheck.sidecar;

/** How the process ends. */
enum ExitCode {
    /** It printed what was asked for, or ran until it received a signal to stop. */
    OK(0),
    /** It could not start, or it failed. */
    FAILED(1),
    /** A setting was wrong; nothing was bound. */
    WRONG_SETTINGS(2);

    final int code;

    ExitCode(int code) {
        this.code = code;
    }
}
