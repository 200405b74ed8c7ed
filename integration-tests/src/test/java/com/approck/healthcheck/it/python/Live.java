package com.approck.healthcheck.it.python;

import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Moment;
import java.time.Duration;

/** What {@code /health/live} answered, as tables of faults ask it: they report what was seen, and assert later. */
record Live(Prober prober) {

    private static final Duration BETWEEN = Duration.ofMillis(50);

    /** Whether live is that, asked since then, before the time is over. */
    boolean becomes(int status, Moment since, Duration within) {
        Moment end = since.plus(within);
        while (true) {
            boolean over = end.hasCome();
            if (prober.after(Probe.LIVE, since).stream().anyMatch(answer -> answer.status() == status)) {
                return true;
            }
            if (over) {
                return false;
            }
            Await.pause(BETWEEN);
        }
    }

    /** Whether live is nothing else from then until that time has passed from now. */
    boolean stays(int status, Moment since, Duration time) {
        Await.pause(time);
        return prober.after(Probe.LIVE, since).stream().allMatch(answer -> answer.status() == status);
    }
}
