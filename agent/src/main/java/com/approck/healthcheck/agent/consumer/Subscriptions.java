package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.reflect.LiveThreads;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The connections to brokers of one library, and what comes over them. Connections are found by the threads that read from them,
 * and by the deliveries that the hook has seen. For the agent's thread.
 */
final class Subscriptions {
    /** More than a JVM can serve well; any more are not watched. */
    private static final int MAX_CONNECTIONS = 1_000;

    private final SubscriptionLibrary library;
    private final QueueConsumers workers;
    private final ModuleOpener opener;
    private final BiConsumer<String, Throwable> onFailure;
    private final List<SubscriptionLibrary.Connection> connections = new ArrayList<>();

    /** @param onFailure gets a sentence on a connection that cannot be read, and why */
    Subscriptions(
            SubscriptionLibrary library,
            QueueConsumers workers,
            ModuleOpener opener,
            BiConsumer<String, Throwable> onFailure) {
        this.library = library;
        this.workers = workers;
        this.opener = opener;
        this.onFailure = onFailure;
    }

    /** Returns what a thread runs. The field is cleared when the thread ends. */
    static ReflectedObject taskOf(ReflectedObject thread) throws ReflectiveOperationException {
        ReflectedObject holder = thread.hasField("holder") ? thread.fieldObject("holder") : thread;
        return holder.fieldObject(holder.hasField("task") ? "task" : "target");
    }

    SubscriptionLibrary library() {
        return library;
    }

    /** Looks at all of them. Never throws. */
    void look(long nowNanos, Consumer<Subscription> onNew) {
        findByThreads();
        findByDeliveries();
        for (Iterator<SubscriptionLibrary.Connection> i = connections.iterator(); i.hasNext(); ) {
            try {
                if (!i.next().look(nowNanos, onNew)) {
                    i.remove();
                }
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                onFailure.accept("a connection of " + library.name() + " was not read, and its last state stands: ", e);
            }
        }
    }

    private void findByThreads() {
        for (Thread thread : LiveThreads.list()) {
            try {
                add(library.connectionOf(thread, opener));
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                notWatched(e);
            }
        }
    }

    private void findByDeliveries() {
        for (QueueConsumer worker : workers.all()) {
            Object deliverer = worker.get();
            if (deliverer != null && !worker.isConnectionKnown()) {
                worker.setConnectionKnown();
                try {
                    add(library.connectionOf(new ReflectedObject(deliverer, opener)));
                } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                    notWatched(e);
                }
            }
        }
    }

    private void notWatched(Throwable reason) {
        onFailure.accept("a connection of " + library.name() + " is not watched: ", reason);
    }

    private void add(Object connection) {
        if (connection != null && connections.size() < MAX_CONNECTIONS && !isKnown(connection)) {
            connections.add(library.read(new ReflectedObject(connection, opener), workers));
        }
    }

    private boolean isKnown(Object connection) {
        for (SubscriptionLibrary.Connection known : connections) {
            if (known.is(connection)) {
                return true;
            }
        }
        return false;
    }
}
