package com.approck.healthcheck.agent.config;

/** The settings are wrong; the message says each one's name, its value and what is allowed, in one line. */
public final class BadSettingException extends Exception {
    private static final long serialVersionUID = 1L;

    BadSettingException(String message) {
        super(message.replaceAll("\\p{Cntrl}+", " "));
    }
}
