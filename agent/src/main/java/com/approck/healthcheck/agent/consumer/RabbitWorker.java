package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What one channel of RabbitMQ's client consumes from one queue: a worker, and what was seen of it. For the agent's thread. */
final class RabbitWorker {
    /** What the client's {@code StrictExceptionHandler}, its default, closes a channel with whose consumer has thrown. */
    private static final String CLOSED_BY_EXCEPTION = "Closed due to exception from ";

    /** Longer texts of the broker are cut in the log. */
    private static final int MAX_REASON = 300;

    final Subscription subscription;
    final Set<String> tags = new HashSet<>();
    ReflectedObject channel;
    ReflectedObject container;

    /** Whose turns are the work, if they are not those of the dispatcher. */
    QueueConsumer turns;

    QueueConsumer dispatcher;
    boolean able;
    boolean wasThere;
    int looksAbsent;
    boolean closed;
    boolean byApplication;
    boolean connectionLost;
    String reason;
    long sinceNanos;

    RabbitWorker(String queue) {
        subscription = new Subscription(queue);
    }

    /** Sets the channel of the client that it consumes on now. */
    void setChannel(ReflectedObject present, QueueConsumers workers) throws ReflectiveOperationException {
        if (channel == null || channel.get() != present.get()) {
            channel = present;
            dispatcher = workers.findOrAdd(present.field("dispatcher"));
            wasThere = false;
            looksAbsent = 0;
            closed = false;
        }
        subscription.setWorker(turns == null ? dispatcher : turns);
    }

    boolean isCancelledByBroker() {
        return dispatcher != null && dispatcher.isCloseCalled();
    }

    /** Reads why the channel was closed, once it is. */
    void readClose(long nowNanos) throws ReflectiveOperationException {
        Object cause = closed || channel.get() == null ? null : channel.field("shutdownCause");
        if (cause == null) {
            return;
        }
        ReflectedObject signal = channel.with(cause);
        Throwable inner = ((Throwable) cause).getCause();
        boolean heartbeat = inner != null && inner.getClass().getName().endsWith("MissedHeartbeatException");
        reason = ((Throwable) cause).getMessage();
        byApplication = signal.isTrue("isInitiatedByApplication")
                && !heartbeat
                && (reason == null || !reason.contains(CLOSED_BY_EXCEPTION));
        connectionLost = !byApplication && signal.isTrue("isHardError");
        if (reason != null && reason.length() > MAX_REASON) {
            reason = reason.substring(0, MAX_REASON);
        }
        closed = true;
        sinceNanos = nowNanos;
    }

    /** Returns whether the channel has the consumer of that tag. */
    boolean isConsumed(String tag) throws ReflectiveOperationException {
        return ((Map<?, ?>) channel.field("_consumers")).containsKey(tag);
    }

    /** A channel and a queue that it consumes from. */
    static final class Key {
        private final WeakReference<Object> channel;
        private final int hash;
        private final String queue;

        Key(Object channel, String queue) {
            this.channel = new WeakReference<>(channel);
            this.hash = 31 * System.identityHashCode(channel) + queue.hashCode();
            this.queue = queue;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            if (this == other) {
                return true;
            }
            Object mine = channel.get();
            return other instanceof Key
                    && mine != null
                    && mine == ((Key) other).channel.get()
                    && queue.equals(((Key) other).queue);
        }
    }
}
