package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Gauge;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Sources that have a lease, by address and name. Guarded by its {@link SourceRegistry}.
 *
 * <p>Not a hash table: the hash of a sender is its address plus its port, so that anybody who has many of both can have
 * as many senders of one hash. To find a source allocates only for IPv6 addresses that have a hash in common.
 */
final class LeasedSources {
    /** The names of one address are linked by {@link Source#sibling}. */
    private final Map<InetSocketAddress, Source> byAddress = new TreeMap<>(LeasedSources::compare);

    private int size;

    int size() {
        return size;
    }

    /** Null if it is not known. */
    Source find(InetSocketAddress sender, Gauge gauge) {
        Source source = byAddress.get(sender);
        while (source != null && !gauge.isNamed(source.name.bytes)) {
            source = source.sibling;
        }
        return source;
    }

    void add(Source source) {
        source.sibling = byAddress.put(source.address, source);
        size++;
    }

    void forEach(Consumer<Source> consumer) {
        for (Source first : byAddress.values()) {
            for (Source source = first; source != null; source = source.sibling) {
                consumer.accept(source);
            }
        }
    }

    /** Asks {@code condition} once for each source. */
    void removeIf(Predicate<Source> condition) {
        Iterator<Map.Entry<InetSocketAddress, Source>> entries =
                byAddress.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<InetSocketAddress, Source> entry = entries.next();
            Source kept = null;
            for (Source source = entry.getValue(), next; source != null; source = next) {
                next = source.sibling;
                if (condition.test(source)) {
                    size--;
                } else {
                    source.sibling = kept;
                    kept = source;
                }
            }
            if (kept == null) {
                entries.remove();
            } else {
                entry.setValue(kept);
            }
        }
    }

    private static int compare(InetSocketAddress a, InetSocketAddress b) {
        int byPort = Integer.compare(a.getPort(), b.getPort());
        if (byPort != 0) {
            return byPort;
        }
        int byHash = Integer.compare(a.getAddress().hashCode(), b.getAddress().hashCode());
        if (byHash != 0 || a.equals(b)) {
            return byHash;
        }
        return Arrays.compare(a.getAddress().getAddress(), b.getAddress().getAddress());
    }
}
