package com.approck.healthcheck.sidecar;

/** How the process ends. */
enum ExitCode {
    /** Did what it was asked for, and stopped when it was told to. */
    OK(0),
    /** Could not start, or broke down. */
    FAILED(1),
    /** Was asked for something that cannot be; nothing was bound. */
    WRONG_SETTINGS(2);

    final int code;

    ExitCode(int code) {
        this.code = code;
    }
}
