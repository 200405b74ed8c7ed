package com.approck.healthcheck.agent.sample;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One thread and what it does, for people. Immutable. */
public final class SeenThread {
    private final String name;
    private final long id;
    private final String state;
    private final String detail;
    private final List<String> top;

    /**
     * @param state in a word: "stuck"
     * @param detail since when or why; empty if nothing is known
     * @param top the JVM's state of the thread and the innermost frames of its stack; empty if it has ended
     */
    SeenThread(String name, long id, String state, String detail, List<String> top) {
        this.name = name;
        this.id = id;
        this.state = state;
        this.detail = detail;
        this.top = Collections.unmodifiableList(new ArrayList<>(top));
    }

    /** Returns the thread's name. */
    public String name() {
        return name;
    }

    /** Returns the thread's identifier. */
    public long id() {
        return id;
    }

    /** Returns what it does, in a word. */
    public String state() {
        return state;
    }

    /** Returns since when or why; empty if nothing is known. */
    public String detail() {
        return detail;
    }

    /** Returns the JVM's state of the thread, and then the innermost frames of its stack; empty if it has ended. */
    public List<String> top() {
        return top;
    }
}
