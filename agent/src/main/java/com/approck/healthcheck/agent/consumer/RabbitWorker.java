package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.reflect.LiveThreads;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What one channel of RabbitMQ's client consumes from one queue: a worker, and what was seen of it. For the agent's thread. */
final class RabbitWorker {
    /** What the client's {@code StrictExceptionHandler}, its default, closes a channel with whose consumer has thrown. */
    private static final String CLOSED_BY_EXCEPTION = "Closed due to exception from ";

    private static final String SIMPLE_CONSUMER =
            RabbitConsumers.SPRING + "SimpleMessageListenerContainer$AsyncMessageProcessingConsumer";

    /** Longer texts of the broker are cut in the log. */
    private static final int MAX_REASON = 300;

    /** The queues that the broker names, differently each time. */
    private static final String SERVER_NAMED = "amq.gen";

    private static final String UNKNOWN_QUEUE = "rabbitmq";

    final Subscription subscription;
    final Set<String> tags = new HashSet<>();
    ReflectedObject channel;
    ReflectedObject container;

    /** The thread of the container that consumes, if it is not the client's that delivers. */
    WeakReference<Thread> containerThread = new WeakReference<>(null);

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

    /** Returns the group of a queue: its name, but for those that the broker names. */
    static String groupOf(Object queue) {
        String name = queue instanceof String ? (String) queue : UNKNOWN_QUEUE;
        return name.isEmpty() || name.startsWith(SERVER_NAMED + "-") ? SERVER_NAMED : name;
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

    /**
     * Looks for a delivery that began before the hook was in, and may never end: the client says of which channels it runs
     * deliveries, and the stacks of threads say where. Which of several such threads it is does not matter, as each is one's.
     */
    void followUnseen(QueueConsumers workers) throws ReflectiveOperationException {
        if (turns != null && !turns.isDeliverySeen()) {
            Thread thread = containerThread.get();
            turns.setUnseenDelivery(
                    thread != null && thread.isAlive() && !isIn(thread, RabbitConsumers.BLOCKING_CONSUMER)
                            ? thread
                            : null);
        }
        Object deliverer = dispatcher == null || turns != null ? null : dispatcher.get();
        if (deliverer == null || dispatcher.isDeliverySeen()) {
            return;
        }
        // A set that is changed meanwhile may give a wrong answer, once.
        Collection<?> inProgress = (Collection<?>) channel.with(deliverer)
                .fieldObject("workService")
                .fieldObject("workPool")
                .field("inProgress");
        if (!inProgress.contains(channel.get())) {
            dispatcher.setUnseenDelivery(null);
        } else if (dispatcher.thread() == null) {
            Thread unseen = unseen(workers.all());
            if (unseen != null) {
                dispatcher.setUnseenDelivery(unseen);
            }
        }
    }

    /** The thread of a simple container leads to it. */
    void findContainer() throws ReflectiveOperationException {
        Object consumer = turns == null || container != null ? null : turns.get();
        if (consumer != null) {
            for (Thread thread : LiveThreads.list()) {
                ReflectedObject task = Subscriptions.taskOf(channel.with(thread));
                if (task.is(SIMPLE_CONSUMER) && task.field("consumer") == consumer) {
                    container = task.fieldObject("this$0");
                    containerThread = new WeakReference<>(thread);
                }
            }
        }
    }

    private static Thread unseen(Collection<QueueConsumer> workers) {
        Set<Thread> seen = new HashSet<>();
        workers.forEach(worker -> seen.add(worker.thread()));
        for (Thread thread : LiveThreads.list()) {
            if (!seen.contains(thread) && isIn(thread, RabbitConsumers.DELIVERY)) {
                return thread;
            }
        }
        return null;
    }

    private static boolean isIn(Thread thread, String className) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().equals(className)) {
                return true;
            }
        }
        return false;
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
