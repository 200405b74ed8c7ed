package com.approck.healthcheck.it.bench;

import java.util.Set;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.jupiter.api.parallel.Resources;

/** A benchmark has the machine to itself where it measures; where it only shows that it runs, tests may run beside it. */
final class WholeMachine implements ResourceLocksProvider {

    @Override
    public Set<Lock> provideForClass(Class<?> benchmark) {
        return Boolean.getBoolean("bench")
                ? Set.of(new Lock(Resources.GLOBAL, ResourceAccessMode.READ_WRITE))
                : Set.of();
    }
}
