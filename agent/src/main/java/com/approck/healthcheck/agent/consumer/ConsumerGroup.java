package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.pool.PoolStats;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;

/**
 * The consumers of this JVM that share the work of one group: a pool. Each counts as one worker from its first wait until it
 * is closed, leaves the group, or is collected. One whose thread has ended counts, as lost, until another joins in its place.
 *
 * <p>For the agent's thread.
 */
final class ConsumerGroup {
    private final ConsumerLibrary library;
    private final String name;
    private final LongSupplier nanoTime;
    private final long intervalNanos;
    private final List<GroupMember> members = new ArrayList<>();

    /** The threads that have called any of the consumers: one that does no more is not at work. */
    private final Set<Thread> callers = Collections.newSetFromMap(new WeakHashMap<>());

    private long lastRead;
    private boolean read;
    private boolean watched;
    private boolean empty;
    private long emptySince;

    /** @param intervalNanos between two samples: a gap of more than two of them is a pause of the whole JVM */
    ConsumerGroup(ConsumerLibrary library, String name, LongSupplier nanoTime, long intervalNanos) {
        this.library = library;
        this.name = name;
        this.nanoTime = nanoTime;
        this.intervalNanos = intervalNanos;
    }

    static ConsumerGroup of(ReflectedObject pool) {
        ConsumerGroup group = (ConsumerGroup) pool.get();
        if (group == null) {
            throw new IllegalStateException("the group has been collected");
        }
        return group;
    }

    ConsumerLibrary library() {
        return library;
    }

    String name() {
        return name;
    }

    /** Adds a consumer. It takes the place of one that is over, or will be without having asked for work again. */
    void join(GroupMember joining) throws ReflectiveOperationException {
        long now = nanoTime.getAsLong();
        joining.look(now);
        for (GroupMember member : members) {
            member.look(now);
            member.addSuccessor(joining, now);
        }
        members.add(joining);
    }

    private void removeReplaced() {
        for (Iterator<GroupMember> i = members.iterator(); i.hasNext(); ) {
            GroupMember member = i.next();
            if (member.isOver() && member.takeSuccessor()) {
                i.remove();
                member.replaced();
            }
        }
    }

    /** Returns whether no consumer belongs to it any more. */
    boolean isEmpty() throws ReflectiveOperationException {
        long now = nanoTime.getAsLong();
        for (Iterator<GroupMember> i = members.iterator(); i.hasNext(); ) {
            GroupMember member = i.next();
            member.look(now);
            if (member.hasLeft(now)) {
                i.remove();
                member.left();
            }
        }
        return members.isEmpty();
    }

    /** Counts a look at the group; returns whether it has been empty for as long as any sample may take to see that. */
    boolean isOver() throws ReflectiveOperationException {
        long now = nanoTime.getAsLong();
        if (!isEmpty()) {
            empty = false;
        } else if (!empty) {
            empty = true;
            watched = false;
            emptySince = now;
        }
        return empty && now - emptySince > 2 * intervalNanos;
    }

    /** Returns whether it has a member and was not yet given to the registry, and notes that it is now. */
    boolean takeUnwatched() {
        boolean unwatched = !watched && !members.isEmpty();
        watched |= unwatched;
        return unwatched;
    }

    PoolStats read() throws ReflectiveOperationException {
        long now = nanoTime.getAsLong();
        long gap = read ? now - lastRead : 0;
        read = true;
        lastRead = now;
        for (GroupMember member : members) {
            if (gap > 2 * intervalNanos) {
                // Nobody could wait or work meanwhile.
                member.addPause(gap, now);
            }
            member.look(now);
        }
        removeReplaced();
        int alive = 0;
        Map<Long, String> lost = new LinkedHashMap<>();
        for (GroupMember member : members) {
            alive += member.isThreadAlive() ? 1 : 0;
            String reason = member.reasonLost(now);
            if (reason != null) {
                // A thread has one identifier, but may have several consumers.
                long id = member.threadId();
                lost.put(lost.containsKey(id) ? -1L - lost.size() : id, reason);
            }
        }
        return PoolStats.bounded(members.size(), "the consumers of this group in this JVM", alive, 0)
                .withLostWorkers(lost);
    }

    /** Returns each live thread with a number that is odd while it works and changes with each turn. */
    Map<Thread, Long> progress() {
        Map<Thread, Long> progress = new HashMap<>();
        for (Thread thread : callers) {
            if (thread != null && thread.isAlive()) {
                progress.put(thread, 0L);
            }
        }
        for (GroupMember member : members) {
            Thread thread = member.thread();
            if (thread != null && thread.isAlive() && !member.isOver()) {
                callers.add(thread);
                progress.put(thread, member.turns());
            }
        }
        return progress;
    }

    Collection<Thread> threads() {
        return new ArrayList<>(progress().keySet());
    }
}
