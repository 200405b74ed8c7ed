package com.approck.healthcheck.agent.explain;

import com.approck.healthcheck.agent.sample.Sample;
import com.approck.healthcheck.agent.sample.SeenPool;
import com.approck.healthcheck.agent.sample.SeenThread;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes what the agent sees as plain text. Bounded: what is left out is counted. For one thread. */
public final class Explanation {
    /** The most groups of threads with one stack. */
    private static final int MAX_GROUPS = 5;

    /** The most lines of a list. */
    private static final int MAX_LINES = 40;

    /** The most characters of a line: a name may have any length. */
    private static final int MAX_CHARS = 400;

    private final StringBuilder text = new StringBuilder();

    /** Writes a line without indentation. */
    public Explanation line(String line) {
        return line(0, line);
    }

    /** Writes a paragraph: its title and each line below, or nothing if there is none. */
    public Explanation list(String title, Collection<String> lines) {
        if (lines.isEmpty()) {
            return this;
        }
        line(0, "").line(0, title);
        int left = MAX_LINES;
        for (String line : lines) {
            if (left-- > 0) {
                line(1, line);
            }
        }
        return left < 0 ? line(1, "and " + -left + " more") : this;
    }

    /** Writes settings, in columns. */
    public Explanation settings(Map<String, String> settings) {
        List<String> lines = new ArrayList<>();
        settings.forEach((key, value) -> lines.add(String.format("%-15s %s", key, value)));
        return list("settings", lines);
    }

    /**
     * Writes some pools.
     *
     * @param more the number of any others
     */
    public Explanation pools(List<SeenPool> pools, int more) {
        pools.forEach(this::pool);
        return more > 0 ? line(0, "").line(0, "and " + more + " more pools") : this;
    }

    private void pool(SeenPool pool) {
        Sample.Pool numbers = pool.numbers();
        line(0, "");
        if (numbers == null) {
            line(0, "pool " + pool.name() + " of " + pool.server() + ": could not be read yet, so it is not reported");
        } else {
            line(
                    0,
                    "pool " + pool.name() + " of " + pool.server() + ": " + numbers.able() + " able of "
                            + numbers.capacity() + "; " + numbers.alive() + " live threads, " + numbers.busy()
                            + " on requests, " + numbers.stuck() + " stuck, " + numbers.queued() + " tasks waiting");
            line(1, "capacity " + numbers.capacity() + ": " + pool.whyCapacity());
        }
        line(
                1,
                "it is a " + pool.className() + ", owned by "
                        + (pool.ownerClassNames().isEmpty()
                                ? "nobody known"
                                : String.join(", ", pool.ownerClassNames())));
        line(1, "requests are known " + pool.howFollowed());
        if (pool.unreachable() != null) {
            line(1, "no worker counts: " + pool.unreachable());
        }
        for (SeenThread worker : pool.atWork()) {
            line(
                    1,
                    worker.state() + ": " + worker.name() + " (thread " + worker.id() + ")"
                            + (worker.detail().isEmpty() ? "" : ": " + worker.detail()));
            stack(worker.top());
        }
        if (pool.moreAtWork() > 0) {
            line(1, "and " + pool.moreAtWork() + " more on requests");
        }
        folded(pool.idle());
        folded(pool.accepting());
    }

    /** Writes threads with the same state and the same stack as one. */
    private void folded(List<SeenThread> threads) {
        Map<List<String>, List<SeenThread>> groups = new LinkedHashMap<>();
        for (SeenThread thread : threads) {
            List<String> key = new ArrayList<>(thread.top());
            key.add(thread.state());
            groups.computeIfAbsent(key, any -> new ArrayList<>()).add(thread);
        }
        List<List<SeenThread>> largestFirst = new ArrayList<>(groups.values());
        largestFirst.sort(Comparator.<List<SeenThread>>comparingInt(List::size).reversed());
        int left = threads.size();
        for (List<SeenThread> group : largestFirst.subList(0, Math.min(MAX_GROUPS, largestFirst.size()))) {
            SeenThread first = group.get(0);
            line(
                    1,
                    first.state() + ": "
                            + (group.size() == 1 ? first.name() : group.size() + " threads, such as " + first.name()));
            stack(first.top());
            left -= group.size();
        }
        if (left > 0) {
            line(1, "and " + left + " more threads, with other stacks");
        }
    }

    private void stack(List<String> top) {
        for (int i = 0; i < top.size(); i++) {
            line(2, i == 0 ? top.get(i) : "at " + top.get(i));
        }
    }

    /** Without control characters: names are the application's, and a terminal obeys them. */
    private Explanation line(int depth, String line) {
        String shown = line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "...";
        for (int i = 0; i < depth; i++) {
            text.append("  ");
        }
        text.append(shown.replaceAll("\\p{Cntrl}", " ")).append('\n');
        return this;
    }

    /** Returns the whole text. */
    public String text() {
        return text.toString();
    }
}
