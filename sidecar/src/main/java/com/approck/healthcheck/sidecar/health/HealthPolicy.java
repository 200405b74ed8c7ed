package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot.LastReport;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot.PoolAtZero;
import java.time.Duration;

/**
 * Decides whether the workers are alive, and whether they should get requests. The verdict is the truth of the moment:
 * damping is the prober's job ({@code failureThreshold}, {@code fall} and {@code rise}).
 *
 * <p>A source that is draining counts while it has workers, because they may finish their requests. If only draining
 * sources have workers, they are live and not ready, however few they are; but once the last of them has been draining
 * for the drain limit, the shutdown hangs and they are not live either. The application's own readiness is asked
 * elsewhere, and only if the verdict here is healthy.
 *
 * @param minWorkers minimum number of able workers over all sources
 * @param minSources minimum number of sources with a valid report
 * @param drainLimit how long a shutdown may take; zero: without end
 * @param listening the addresses that receive datagrams, as text
 */
public record HealthPolicy(int minWorkers, int minSources, Duration drainLimit, String listening) {

    /** The verdict for {@code /health/live}. */
    public Verdict live(WorkersSnapshot snapshot) {
        if (onlyDrainingIsLeft(snapshot)) {
            return isBeyondDrainLimit(snapshot) ? shutdownHangs(snapshot) : Verdict.HEALTHY;
        }
        return switch (state(snapshot)) {
            case NEVER_HEARD ->
                noWorkers("No report about workers was received since the sidecar started "
                        + Format.of(snapshot.uptimeNanos()) + " ago; it listens on " + listening + ".");
            case STALE -> noWorkers(stale(snapshot));
            case ZERO -> noWorkers(zero(snapshot));
            case ALIVE -> alive(snapshot);
        };
    }

    /** The verdict for {@code /health/ready}, before the application is asked. */
    public Verdict ready(WorkersSnapshot snapshot) {
        if (onlyDrainingIsLeft(snapshot)) {
            if (isBeyondDrainLimit(snapshot)) {
                return shutdownHangs(snapshot);
            }
            return Verdict.of(
                    ReasonCode.SHUTTING_DOWN,
                    "Every source that has workers is shutting down: " + count(snapshot.able(), "able worker") + " of "
                            + count(snapshot.drainingAble(), "source") + " may finish their requests.");
        }
        return live(snapshot);
    }

    /** The state; both probes have the same. */
    public WorkersState state(WorkersSnapshot snapshot) {
        if (snapshot.lastReport().isEmpty()) {
            return WorkersState.NEVER_HEARD;
        }
        if (snapshot.able() > 0) {
            return WorkersState.ALIVE;
        }
        // A zero without a lease never expires. If the most recent source has since expired, that is the news.
        return snapshot.lastReport().get().expired() ? WorkersState.STALE : WorkersState.ZERO;
    }

    private static boolean onlyDrainingIsLeft(WorkersSnapshot snapshot) {
        return snapshot.drainingAble() > 0 && snapshot.ableStaying() == 0;
    }

    private boolean isBeyondDrainLimit(WorkersSnapshot snapshot) {
        return !drainLimit.isZero() && snapshot.drainingNanos() >= drainLimit.toNanos();
    }

    private Verdict shutdownHangs(WorkersSnapshot snapshot) {
        return Verdict.of(
                ReasonCode.SHUTTING_DOWN,
                "The shutdown hangs: every source that has workers has been shutting down for "
                        + Format.of(snapshot.drainingNanos()) + " or longer, and --drain-limit is "
                        + Format.of(drainLimit.toNanos()) + "; " + count(snapshot.able(), "able worker") + " of "
                        + count(snapshot.drainingAble(), "source") + " " + are(snapshot.able()) + " left.");
    }

    private static String stale(WorkersSnapshot snapshot) {
        LastReport report = snapshot.lastReport().orElseThrow();
        long expiredNanos = report.ageNanos() - report.validNanos();
        return "Last report from " + report.source() + " (" + report.name() + ") was " + Format.of(report.ageNanos())
                + " ago; its " + Format.of(report.validNanos()) + (report.leased() ? " lease" : " --workers-ttl")
                + " expired " + Format.of(expiredNanos) + " ago"
                + (report.draining() ? "; it was shutting down." : ".");
    }

    private static String zero(WorkersSnapshot snapshot) {
        if (snapshot.poolAtZero().isPresent()) {
            return poolAtZero(snapshot);
        }
        LastReport report = snapshot.lastReport().orElseThrow();
        return "There has been no able worker for " + Format.of(snapshot.unchangedNanos()) + "; last report from "
                + report.source() + " (" + report.name() + ")"
                + (report.draining() ? ", which is shutting down," : "") + " was " + Format.of(report.ageNanos())
                + " ago.";
    }

    private Verdict alive(WorkersSnapshot snapshot) {
        if (snapshot.poolAtZero().isPresent()) {
            return noWorkers(poolAtZero(snapshot));
        }
        if (snapshot.able() < minWorkers) {
            return noWorkers("There " + are(snapshot.able()) + " " + count(snapshot.able(), "able worker")
                    + ", fewer than --min-workers " + minWorkers + "; no change for "
                    + Format.of(snapshot.unchangedNanos()) + ".");
        }
        if (snapshot.counted() < minSources) {
            return noWorkers("There " + are(snapshot.counted()) + " " + count(snapshot.counted(), "source")
                    + " with a valid report, fewer than --min-sources " + minSources + "; no change for "
                    + Format.of(snapshot.unchangedNanos()) + ".");
        }
        return Verdict.HEALTHY;
    }

    private static String poolAtZero(WorkersSnapshot snapshot) {
        PoolAtZero pool = snapshot.poolAtZero().orElseThrow();
        StringBuilder text = new StringBuilder("Pool ").append(pool.pool());
        text.append(" of ").append(pool.source()).append(" has had no able worker for ");
        text.append(Format.of(pool.forNanos()));
        if (pool.stuck() > 0) {
            text.append("; ").append(pool.stuck());
            if (pool.capacity() >= 0) {
                text.append(" of ").append(pool.capacity());
            }
            text.append(' ').append(are(pool.stuck())).append(" stuck");
        }
        int others = snapshot.poolsAtZero() - 1;
        if (others > 0) {
            text.append("; ").append(others).append(" more ");
            text.append(others == 1 ? "pool is" : "pools are").append(" in the same state");
        }
        return text.append('.').toString();
    }

    private static Verdict noWorkers(String description) {
        return Verdict.of(ReasonCode.NO_WORKERS, description);
    }

    private static String are(long count) {
        return count == 1 ? "is" : "are";
    }

    private static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
