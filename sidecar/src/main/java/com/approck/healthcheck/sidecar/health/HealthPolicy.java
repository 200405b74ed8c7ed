package com.approck.healthcheck.sidecar.health;

import com.approck.healthcheck.sidecar.text.Format;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot.DeadPool;
import com.approck.healthcheck.sidecar.workers.WorkersSnapshot.Word;

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
    public Verdict live(WorkersSnapshot standing) {
        if (onlyDrainingIsLeft(standing)) {
            return Verdict.WELL;
        }
        return switch (state(standing)) {
            case NEVER_HEARD ->
                noWorkers("No datagram about workers has been received since the sidecar started "
                        + Format.of(standing.uptimeNanos()) + " ago; it listens on " + listening + ".");
            case STALE -> noWorkers(stale(standing));
            case ZERO -> noWorkers(zero(standing));
            case ALIVE -> enough(standing);
        };
    }

    /** The verdict for {@code /health/ready}, before the application is asked. */
    public Verdict ready(WorkersSnapshot standing) {
        if (onlyDrainingIsLeft(standing)) {
            return Verdict.of(
                    ReasonCode.SHUTTING_DOWN,
                    "Every source that has workers is shutting down: " + standing.able() + " able "
                            + plural(standing.able(), "worker") + " of " + standing.drainingAble() + " "
                            + plural(standing.drainingAble(), "source") + " may finish what they have.");
        }
        return live(standing);
    }

    /** What is so, whatever is asked for. */
    public WorkersState state(WorkersSnapshot standing) {
        if (standing.newest().isEmpty()) {
            return WorkersState.NEVER_HEARD;
        }
        if (standing.able() > 0) {
            return WorkersState.ALIVE;
        }
        // A zero that was once told without a lease stands for ever; who spoke last and fell silent is the news.
        return standing.newest().get().over() ? WorkersState.STALE : WorkersState.ZERO;
    }

    private static boolean onlyDrainingIsLeft(WorkersSnapshot standing) {
        return standing.drainingAble() > 0 && standing.ableStaying() == 0;
    }

    private static String stale(WorkersSnapshot standing) {
        Word word = standing.newest().orElseThrow();
        long over = word.ageNanos() - word.leaseNanos();
        return "Last report from " + word.source() + " (" + word.name() + ") was " + Format.of(word.ageNanos())
                + " ago; its lease of " + Format.of(word.leaseNanos()) + " expired " + Format.of(over) + " ago"
                + (word.draining() ? "; it was shutting down." : ".");
    }

    private static String zero(WorkersSnapshot standing) {
        if (standing.deadPool().isPresent()) {
            return deadPool(standing);
        }
        Word word = standing.newest().orElseThrow();
        return "There has been no able worker for " + Format.of(standing.unchangedNanos()) + "; the last report, "
                + Format.of(word.ageNanos()) + " ago, was from " + word.source() + " (" + word.name() + ")"
                + (word.draining() ? ", which is shutting down." : ".");
    }

    private Verdict enough(WorkersSnapshot standing) {
        if (standing.deadPool().isPresent()) {
            return noWorkers(deadPool(standing));
        }
        if (standing.able() < minWorkers) {
            return noWorkers("There " + are(standing.able()) + " " + standing.able() + " able "
                    + plural(standing.able(), "worker") + ", fewer than --min-workers " + minWorkers
                    + "; no change for " + Format.of(standing.unchangedNanos()) + ".");
        }
        if (standing.counted() < minSources) {
            return noWorkers("There " + are(standing.counted()) + " " + standing.counted() + " "
                    + plural(standing.counted(), "current source") + ", fewer than --min-sources "
                    + minSources + "; no change for " + Format.of(standing.unchangedNanos()) + ".");
        }
        return Verdict.WELL;
    }

    private static String deadPool(WorkersSnapshot standing) {
        DeadPool pool = standing.deadPool().orElseThrow();
        StringBuilder text = new StringBuilder("Pool ").append(pool.pool());
        text.append(" of ").append(pool.source()).append(" has had no able worker for ");
        text.append(Format.of(pool.forNanos()));
        if (pool.stuck() > 0) {
            text.append("; ").append(pool.stuck());
            if (pool.capacity() >= 0) {
                text.append(" of ").append(pool.capacity());
            }
            text.append(pool.stuck() == 1 ? " is stuck" : " are stuck");
        }
        if (standing.deadPools() > 1) {
            int others = standing.deadPools() - 1;
            text.append("; ").append(others).append(" more ").append(plural(others, "pool"));
            text.append(' ').append(are(others)).append(" in the same state");
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
