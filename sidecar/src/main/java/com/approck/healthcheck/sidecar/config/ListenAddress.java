package com.approck.healthcheck.sidecar.config;

/**
 * Where to listen, and which setting says so.
 *
 * @param host a name or an address
 * @param port 0 for one that is free
 * @param hostOrigin for messages: {@code --host}, {@code HEALTHCHECK_HOST}, or {@code default}
 * @param portOrigin the same for the port
 * @param hostFlag the flag that sets the host: {@code --statsd-host}
 * @param portFlag the flag that sets the port
 */
public record ListenAddress(
        String host, int port, String hostOrigin, String portOrigin, String hostFlag, String portFlag) {
    /** Loopback, for tests. */
    public static ListenAddress of(String host, int port) {
        return new ListenAddress(host, port, "default", "default", "--host", "--port");
    }

    /** What to do about a host at which we cannot listen. */
    public String hostAdvice() {
        return advice(hostFlag, hostOrigin);
    }

    /** What to do about a port at which we cannot listen. */
    public String portAdvice() {
        return advice(portFlag, portOrigin);
    }

    private String advice(String flag, String origin) {
        return origin.equals("default") || origin.equals(flag)
                ? "choose another with " + flag
                : "it comes from " + origin + "; choose another there or with " + flag;
    }
}
