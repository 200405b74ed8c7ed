package com.approck.healthcheck.sidecar.config;

/** One header of a request. The value may be a secret: {@link #toString} leaves it out. */
public record HttpHeader(String name, String value) {
    @Override
    public String toString() {
        return name + ": …";
    }
}
