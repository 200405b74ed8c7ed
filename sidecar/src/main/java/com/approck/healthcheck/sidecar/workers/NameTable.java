package com.approck.healthcheck.sidecar.workers;

import com.approck.healthcheck.sidecar.statsd.Gauge;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gauge names that count workers, {@value #MAX_NAMES} at most: those of the settings, and {@code gunicorn.workers}
 * under each prefix that was received. Guarded by its {@link SourceRegistry}.
 */
final class NameTable {
    static final int MAX_NAMES = 64;

    private final List<SourceName> names = new ArrayList<>();

    /** Names of the settings always have a place. */
    NameTable(List<String> known) {
        for (String name : known) {
            names.add(new SourceName(name.getBytes(StandardCharsets.UTF_8)));
        }
    }

    List<SourceName> all() {
        return names;
    }

    /** The gauge's name, which is added if it is new; null if the table is full. Allocates only for a new name. */
    SourceName findOrAdd(Gauge gauge) {
        for (int i = 0; i < names.size(); i++) {
            if (gauge.isNamed(names.get(i).bytes)) {
                return names.get(i);
            }
        }
        return add(gauge.nameBytes());
    }

    /** As {@link #findOrAdd(Gauge)}. */
    SourceName findOrAdd(byte[] bytes) {
        for (SourceName name : names) {
            if (Arrays.equals(name.bytes, bytes)) {
                return name;
            }
        }
        return add(bytes);
    }

    private SourceName add(byte[] bytes) {
        if (names.size() >= MAX_NAMES) {
            return null;
        }
        SourceName name = new SourceName(bytes);
        names.add(name);
        return name;
    }
}
