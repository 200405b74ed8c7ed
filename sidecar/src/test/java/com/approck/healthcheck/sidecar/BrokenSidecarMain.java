package com.approck.healthcheck.sidecar;

import java.util.concurrent.locks.LockSupport;

/** The sidecar with a bug put into its receiver: the first argument says which, the rest are its own. */
public final class BrokenSidecarMain {
    private BrokenSidecarMain() {}

    @SuppressWarnings("SystemExitOutsideMain") // This is a main.
    public static void main(String[] args) {
        String bug = args[0];
        String[] rest = java.util.Arrays.copyOfRange(args, 1, args.length);
        Main main = new Main(System.getenv(), handler -> (bytes, length, sender) -> {
            switch (bug) {
                case "throws" -> throw new IllegalStateException("a bug");
                case "dies" -> throw new InternalError("a bug of the JVM");
                case "hangs" -> {
                    while (true) {
                        LockSupport.park();
                    }
                }
                default -> {
                    return handler.datagram(bytes, length, sender);
                }
            }
        });
        System.exit(main.run(System.out, System.err, rest).code);
    }
}
