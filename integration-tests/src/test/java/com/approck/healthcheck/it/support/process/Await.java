package com.approck.healthcheck.it.support.process;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Asks again and again until a deadline: what every test does instead of a sleep of a guessed length. */
public final class Await {

    private static final Duration BETWEEN = Duration.ofMillis(20);

    private Await() {}

    /** The value, as soon as there is one; an {@link AssertionError} with {@code otherwise} when the time is over. */
    public static <T> T value(Duration within, Supplier<Optional<T>> question, Supplier<String> otherwise) {
        Moment deadline = Moment.now().plus(within);
        while (true) {
            // Asked once more after the deadline: a late thread must not fail what came in time.
            boolean over = deadline.hasCome();
            Optional<T> answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (over) {
                throw new AssertionError("not within " + within + ": " + otherwise.get());
            }
            pause(BETWEEN);
        }
    }

    public static void until(Duration within, Supplier<Boolean> condition, Supplier<String> otherwise) {
        value(within, () -> condition.get() ? Optional.of(true) : Optional.empty(), otherwise);
    }

    /** Lets time pass, where the passing of time is the event that is tested. */
    public static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            throw new IllegalStateException("the test was interrupted", e);
        }
    }
}
