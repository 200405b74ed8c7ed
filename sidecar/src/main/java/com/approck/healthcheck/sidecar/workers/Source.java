package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Gauge;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What one name was last told by one source; or, without a lease, by whoever spoke last. Guarded by its {@link SourceRegistry}.
 */
final class Source {
    final byte[] name;
    InetSocketAddress address;
    /** 0: no lease, so the word holds for the time to live that Workers has for all such. */
    long leaseNanos;

    double able = Pool.UNTOLD;
    boolean draining;
    long heardAt;
    long pausedAtHearing;
    final List<Pool> pools = new ArrayList<>(2);
    /** How many of them have no able worker. */
    int poolsAtZero;
    /** What {@link SourceRegistry#takeComings} said last. */
    boolean told;

    boolean toldDraining;
    /** Another name of the same address. */
    Source sibling;

    Source(byte[] name, InetSocketAddress address) {
        this.name = name;
        this.address = address;
    }

    void heard(InetSocketAddress by, long now, long paused) {
        address = by;
        heardAt = now;
        pausedAtHearing = paused;
    }

    Pool pool(Gauge gauge) {
        // By index: an iterator here would be the receiver's only garbage.
        for (int i = 0; i < pools.size(); i++) {
            Pool pool = pools.get(i);
            if (gauge.isOfPool(pool.name)) {
                return pool;
            }
        }
        return null;
    }
}
