package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.time.Ticker;
import com.approck.healthcheck.sidecar.workers.GaugeIngest;
import java.util.concurrent.locks.LockSupport;

/** The sidecar with a clock that breaks where a gauge is taken: the first argument says how, the rest are its own. */
public final class BrokenSidecarMain {
    private BrokenSidecarMain() {}

    @SuppressWarnings("SystemExitOutsideMain") // This is a main.
    public static void main(String[] args) {
        String bug = args[0];
        String[] rest = java.util.Arrays.copyOfRange(args, 1, args.length);
        Main main = new Main(System.getenv(), () -> {
            if (isTakingAGauge()) {
                breakBy(bug);
            }
            return Ticker.system().nanos();
        });
        System.exit(main.run(System.out, System.err, rest).code);
    }

    private static boolean isTakingAGauge() {
        return StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame -> frame.getClassName().equals(GaugeIngest.class.getName())));
    }

    private static void breakBy(String bug) {
        switch (bug) {
            case "throws" -> throw new IllegalStateException("a bug");
            case "dies" -> throw new InternalError("a bug of the JVM");
            case "hangs" -> {
                while (true) {
                    LockSupport.park();
                }
            }
            default -> {
                // No bug.
            }
        }
    }
}
