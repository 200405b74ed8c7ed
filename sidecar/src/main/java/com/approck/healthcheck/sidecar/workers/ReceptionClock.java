package com.approck.healthcheck.sidecar.workers;

/**
 * Decides whether a report is still valid, by what the sidecar could have received. Pure; guarded by its {@link
 * SourceRegistry}.
 *
 * <p>A report expires when its lease has run out <em>and</em> everything that had arrived by then was read, which the
 * watermark says. Time during which the process was paused is added to every lease, because the kernel may have dropped
 * what arrived meanwhile: a full socket buffer drops the newest datagram.
 */
final class ReceptionClock {
    private final long ttlNanos;
    private long watermark;
    private long pausedNanos;

    /**
     * Starts with nothing to be read before {@code now}.
     *
     * @param ttlNanos how long a report without a lease is valid; 0: without end
     */
    ReceptionClock(long ttlNanos, long now) {
        this.ttlNanos = ttlNanos;
        this.watermark = now;
    }

    /** Everything that had arrived by {@code nanos} has been read. Never moves back. */
    void setWatermark(long nanos) {
        if (nanos - watermark > 0) {
            watermark = nanos;
        }
    }

    void addPause(long nanos) {
        pausedNanos += nanos;
    }

    long watermark() {
        return watermark;
    }

    /** The sum of all pauses so far; a report remembers it as it was when the report arrived. */
    long pausedNanos() {
        return pausedNanos;
    }

    /** How long a report of {@code source} is valid; 0: without end. */
    long validNanos(Source source) {
        return source.leaseNanos == 0 ? ttlNanos : source.leaseNanos;
    }

    boolean isExpired(Source source) {
        return expiredNanos(source) > 0;
    }

    boolean isExpired(Source source, Pool pool) {
        return expiredNanos(source, pool.reportedAt, pool.pausedAtReport) > 0;
    }

    /** How long ago the source's last report expired, as far as is known; 0 or less if it is valid. */
    long expiredNanos(Source source) {
        return expiredNanos(source, source.reportedAt, source.pausedAtReport);
    }

    private long expiredNanos(Source source, long reportedAt, long pausedAtReport) {
        long valid = validNanos(source);
        if (valid == 0) {
            return 0;
        }
        return watermark - reportedAt - valid - (pausedNanos - pausedAtReport);
    }
}
