package com.approck.healthcheck.agent.pool;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the pools of a server that runs already are found. {@link PoolDiscovery} starts at each live thread and follows the
 * references of tasks, closures and executors; it compares the class of each object on the way with the names given here.
 * Immutable.
 */
public final class Discovery {
    private final List<String> ownerClasses;
    private final boolean byThreadName;
    private final String reachedThrough;
    private final String listedIn;
    private final Set<String> followedFields;

    private Discovery(
            List<String> ownerClasses,
            boolean byThreadName,
            String reachedThrough,
            String listedIn,
            Set<String> followedFields) {
        this.ownerClasses = ownerClasses;
        this.byThreadName = byThreadName;
        this.reachedThrough = reachedThrough;
        this.listedIn = listedIn;
        this.followedFields = followedFields;
    }

    /**
     * Finds owners by their class.
     *
     * @param classes binary names of the classes whose objects, or those of subclasses, own a pool or are one themselves
     */
    public static Discovery ofOwners(String... classes) {
        return new Discovery(
                Collections.unmodifiableList(Arrays.asList(classes)), false, null, null, Collections.emptySet());
    }

    /** Finds executors, and only by threads whose names match the setting {@code executors}. Each is its own owner. */
    public static Discovery ofExecutors(String... classes) {
        return new Discovery(
                Collections.unmodifiableList(Arrays.asList(classes)), true, null, null, Collections.emptySet());
    }

    /** Returns the same, and names a class whose objects lead on to owners by {@link ServerSupport#ownersReachableFrom}. */
    public Discovery reachedThrough(String className) {
        return new Discovery(ownerClasses, byThreadName, className, listedIn, followedFields);
    }

    /** Returns the same, and names a class whose static fields list the owners, for {@link ServerSupport#ownersListedIn}. */
    public Discovery listedIn(String className) {
        return new Discovery(ownerClasses, byThreadName, reachedThrough, className, followedFields);
    }

    /** Returns the same, and names fields to be followed, in whatever class, beside those that are always followed. */
    public Discovery following(String... fields) {
        return new Discovery(
                ownerClasses,
                byThreadName,
                reachedThrough,
                listedIn,
                Collections.unmodifiableSet(new HashSet<>(Arrays.asList(fields))));
    }

    boolean isOwner(Class<?> type) {
        for (String ownerClass : ownerClasses) {
            if (isOrExtends(type, ownerClass)) {
                return true;
            }
        }
        return false;
    }

    boolean isByThreadName() {
        return byThreadName;
    }

    boolean leadsToOwners(Class<?> type) {
        return reachedThrough != null && isOrExtends(type, reachedThrough);
    }

    /** Returns the class whose static fields list the owners; null if there is none. */
    String listedIn() {
        return listedIn;
    }

    Set<String> followedFields() {
        return followedFields;
    }

    static boolean isOrExtends(Class<?> type, String className) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            if (c.getName().equals(className)) {
                return true;
            }
        }
        return false;
    }
}
