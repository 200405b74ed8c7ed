package com.approck.healthcheck.agent.consumer;

import java.util.ArrayList;
import java.util.List;

/** What counts as one worker of a group of consumers. For the agent's thread. */
abstract class GroupMember {
    /** More than join while one is at work. */
    private static final int MAX_SUCCESSORS = 100;

    private boolean inPlaceOfAnother;
    private long joinedNanos;
    private final List<GroupMember> successors = new ArrayList<>();

    /** Looks what it does now. */
    abstract void look(long nowNanos) throws ReflectiveOperationException;

    /** Returns whether it was closed, left the group, or nothing is left of it. */
    abstract boolean hasLeft(long nowNanos) throws ReflectiveOperationException;

    /** Returns whether it will never work again: another that joins takes its place. */
    abstract boolean isOver();

    /** The JVM was paused until now, so that nothing can be said of that time. */
    abstract void addPause(long nanos, long nowNanos);

    /** Returns the thread that works for it, or waits for work; null if none does. */
    abstract Thread thread();

    /** Returns a number that is odd while its thread works, and changes at each begin and end of work. */
    abstract long turns();

    /** Returns the identifier of the thread, or that of the last one if it has none. */
    abstract long threadId();

    /** Returns whether it counts as alive. */
    abstract boolean isThreadAlive();

    /** Returns why it is not able, without its subject; null if nothing but a stack could say so. */
    abstract String reasonLost(long nowNanos);

    /** It has left the group. */
    abstract void left();

    /** It has left the group, since another has taken its place. */
    abstract void replaced();

    /** Notes that another has joined the group since it began what it does now. */
    void addSuccessor(GroupMember joined, long nowNanos) {
        joined.joinedNanos = nowNanos;
        if (successors.size() < MAX_SUCCESSORS) {
            successors.add(joined);
        }
    }

    /** Begins something else: those that have joined until now are none of its successors. */
    void forgetSuccessors() {
        successors.clear();
    }

    /** Those that joined before a moment are none of its successors. */
    void forgetSuccessorsBefore(long nanos) {
        successors.removeIf(successor -> successor.joinedNanos - nanos < 0);
    }

    /** Returns whether one of those that have joined since takes its place; each does so once. */
    boolean takeSuccessor() {
        for (GroupMember successor : successors) {
            if (!successor.inPlaceOfAnother && !successor.isOver()) {
                successor.inPlaceOfAnother = true;
                return true;
            }
        }
        return false;
    }
}
