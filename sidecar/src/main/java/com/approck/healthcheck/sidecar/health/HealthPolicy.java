package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.words.Words;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot.LastReport;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot.PoolAtZero;

/**
 * Says whether the workers live and whether they should get work. The truth now: damping is the prober's
 * ({@code failureThreshold}, {@code fall} and {@code rise}).
 *
 * <p>A source that is draining counts while it has workers: it may finish what it has. If nothing but draining sources
 * has workers, they live and are not ready, however few they have become. Whether the application itself is ready is
 * asked elsewhere, and only when the verdict here is well.
 *
 * @param minWorkers able workers that there must be, over all sources
 * @param minSources sources whose word must hold
 * @param listening where datagrams are awaited, as text
 */
public record HealthPolicy(int minWorkers, int minSources, String listening) {

    /** The verdict for {@code /health/live}. */
    public Verdict live(WorkersSnapshot snapshot) {
        if (onlyDrainingIsLeft(snapshot)) {
            return Verdict.HEALTHY;
        }
        return switch (state(snapshot)) {
            case NEVER_HEARD ->
                noWorkers("No datagram about workers was heard since the sidecar started "
                        + Words.of(snapshot.uptimeNanos()) + " ago; it listens on " + listening + ".");
            case STALE -> noWorkers(stale(snapshot));
            case ZERO -> noWorkers(zero(snapshot));
            case ALIVE -> enough(snapshot);
        };
    }

    /** The verdict for {@code /health/ready}, before the application is asked. */
    public Verdict ready(WorkersSnapshot snapshot) {
        if (onlyDrainingIsLeft(snapshot)) {
            return Verdict.of(
                    ReasonCode.SHUTTING_DOWN,
                    "Every source that has workers is shutting down: " + snapshot.able() + " able "
                            + plural(snapshot.able(), "worker") + " of " + snapshot.drainingAble() + " "
                            + plural(snapshot.drainingAble(), "source") + " may finish what they have.");
        }
        return live(snapshot);
    }

    /** What is so, whatever is asked for. */
    public WorkersState state(WorkersSnapshot snapshot) {
        if (snapshot.newest().isEmpty()) {
            return WorkersState.NEVER_HEARD;
        }
        if (snapshot.able() > 0) {
            return WorkersState.ALIVE;
        }
        // A zero that was once told without a lease stands for ever; who spoke last and fell silent is the news.
        return snapshot.newest().get().expired() ? WorkersState.STALE : WorkersState.ZERO;
    }

    private static boolean onlyDrainingIsLeft(WorkersSnapshot snapshot) {
        return snapshot.drainingAble() > 0 && snapshot.ableStaying() == 0;
    }

    private static String stale(WorkersSnapshot snapshot) {
        LastReport report = snapshot.newest().orElseThrow();
        long over = report.ageNanos() - report.leaseNanos();
        return "The last word of " + report.source() + " (" + report.name() + ") is " + Words.of(report.ageNanos())
                + " old; it was good for " + Words.of(report.leaseNanos()) + ", which ran out " + Words.of(over)
                + " ago"
                + (report.draining() ? "; it was shutting down." : ".");
    }

    private static String zero(WorkersSnapshot snapshot) {
        if (snapshot.poolAtZero().isPresent()) {
            return poolAtZero(snapshot);
        }
        LastReport report = snapshot.newest().orElseThrow();
        return "There has been no able worker for " + Words.of(snapshot.unchangedNanos()) + "; the last word, "
                + Words.of(report.ageNanos()) + " ago, was of " + report.source() + " (" + report.name() + ")"
                + (report.draining() ? ", which is shutting down." : ".");
    }

    private Verdict enough(WorkersSnapshot snapshot) {
        if (snapshot.poolAtZero().isPresent()) {
            return noWorkers(poolAtZero(snapshot));
        }
        if (snapshot.able() < minWorkers) {
            return noWorkers("There " + are(snapshot.able()) + " " + snapshot.able() + " able "
                    + plural(snapshot.able(), "worker") + ", fewer than --min-workers " + minWorkers
                    + "; no change for " + Words.of(snapshot.unchangedNanos()) + ".");
        }
        if (snapshot.counted() < minSources) {
            return noWorkers("There " + are(snapshot.counted()) + " " + snapshot.counted() + " "
                    + plural(snapshot.counted(), "source") + " whose word holds, fewer than --min-sources "
                    + minSources + "; no change for " + Words.of(snapshot.unchangedNanos()) + ".");
        }
        return Verdict.HEALTHY;
    }

    private static String poolAtZero(WorkersSnapshot snapshot) {
        PoolAtZero pool = snapshot.poolAtZero().orElseThrow();
        StringBuilder text = new StringBuilder("Pool ").append(pool.pool());
        text.append(" of ").append(pool.source()).append(" has had no able worker for ");
        text.append(Words.of(pool.forNanos()));
        if (pool.stuck() > 0) {
            text.append("; ").append(pool.stuck());
            if (pool.capacity() >= 0) {
                text.append(" of ").append(pool.capacity());
            }
            text.append(pool.stuck() == 1 ? " is stuck" : " are stuck");
        }
        if (snapshot.poolsAtZero() > 1) {
            int others = snapshot.poolsAtZero() - 1;
            text.append("; so it is with ").append(others).append(" more ").append(plural(others, "pool"));
        }
        return text.append('.').toString();
    }

    private static Verdict noWorkers(String description) {
        return Verdict.of(ReasonCode.NO_WORKERS, description);
    }

    private static String are(long count) {
        return count == 1 ? "is" : "are";
    }

    private static String plural(long count, String noun) {
        return count == 1 ? noun : noun + "s";
    }
}
