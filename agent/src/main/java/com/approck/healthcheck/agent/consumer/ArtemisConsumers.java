package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.pool.HookKind;
import com.approck.healthcheck.agent.pool.MethodHook;
import com.approck.healthcheck.agent.reflect.ModuleOpener;
import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;

/**
 * The consumers of ActiveMQ Artemis's client, for JMS of either package or by themselves. Read from 2.54 and 2.56, and spring-jms
 * 7.0.10.
 *
 * <p>A JMS consumer of either kind has a {@code ClientConsumerImpl} inside. <b>One that is asked by {@code receive}</b> is a worker
 * from its first call on; its thread waits inside the call, works once it has a message, and is at nobody's work after a call
 * without one. That call waits for the broker beyond its time limit, so it has none. <b>One with a {@code MessageListener}</b>
 * is a worker while it has that, and works during {@code Runner.run}; its session gives messages to one listener after the
 * other, so all of them are at work meanwhile. An exception or error of a listener does not end it. The pool is the queue, or
 * the address if that is a topic. Temporary queues, on which answers are awaited, and browsers are no pools.
 *
 * <p>With {@code reconnectAttempts}, a consumer outlasts its connection. Without it, the client closes its consumers. Spring's
 * {@code DefaultMessageListenerContainer} makes others for as long as it is active; so may any thread that asks, for as long as
 * it lives. A listener has no thread: {@link PollingConsumer#RECONNECT_NANOS}. Spring's {@code SimpleMessageListenerContainer}
 * closes its listeners, and makes others, once the client has connected again.
 *
 * <p>Many programs close a connection in their {@code ExceptionListener}, and make another, even if the client has connected again.
 * So one that the application closes after such a loss is awaited for a while.
 *
 * <p>The executor that the client pings brokers on leads to all its sessions: there is a consumer before its first message, and
 * before the hooks.
 */
final class ArtemisConsumers implements ConsumerSupport, SubscriptionLibrary {
    private static final String CLIENT = "org.apache.activemq.artemis.core.client.impl.";
    private static final String CONSUMER = CLIENT + "ClientConsumerImpl";
    private static final String FACTORY = CLIENT + "ClientSessionFactoryImpl";

    private static final String SPRING = "org.springframework.jms.";
    private static final String ACCESSOR = SPRING + "support.destination.JmsDestinationAccessor";
    private static final String CONTAINER = SPRING + "listener.AbstractJmsListeningContainer";
    private static final String SIMPLE_CONTAINER = SPRING + "listener.SimpleMessageListenerContainer";
    /** Its consumers may be kept for later, while their thread serves somebody else. */
    private static final String TEMPLATE = SPRING + "core.JmsTemplate";

    @Override
    public String name() {
        return "Artemis";
    }

    @Override
    public List<MethodHook> hooks() {
        List<MethodHook> hooks = new ArrayList<>(Arrays.asList(
                new MethodHook(HookKind.RECEIVE, CONSUMER, "receive", "long"),
                new MethodHook(HookKind.RECEIVE, CONSUMER, "receive"),
                new MethodHook(HookKind.RECEIVE, CONSUMER, "receiveImmediate"),
                new MethodHook(HookKind.POOL_STOPPED, CONSUMER, "close"),
                new MethodHook(HookKind.DELIVERY, CONSUMER + "$Runner", "run")));
        for (String jms : Arrays.asList("jakarta.jms.", "javax.jms.")) {
            hooks.add(asker(ACCESSOR, "receiveFromConsumer", jms + "MessageConsumer", "long"));
            hooks.add(asker(SIMPLE_CONTAINER, "onException", jms + "JMSException"));
        }
        return hooks;
    }

    private static MethodHook asker(String type, String method, String... arguments) {
        return new MethodHook(HookKind.ASKER, type, method, arguments).optional();
    }

    @Override
    public List<String> consumerClasses() {
        return Collections.singletonList(CONSUMER);
    }

    @Override
    public String groupOf(ReflectedObject consumer) throws ReflectiveOperationException {
        return consumer.field("handler") == null ? nameOfPool(consumer) : null;
    }

    private static String nameOfPool(ReflectedObject consumer) throws ReflectiveOperationException {
        ReflectedObject queue = consumer.fieldObject("queueInfo");
        boolean topic = "MULTICAST".equals(String.valueOf(queue.field("routingType")));
        if ((Boolean) consumer.field("browseOnly") || (!topic && (Boolean) queue.field("temporary"))) {
            return null;
        }
        return String.valueOf(topic ? queue.field("address") : consumer.field("queueName"));
    }

    @Override
    public boolean isClosed(ReflectedObject consumer) throws ReflectiveOperationException {
        return (Boolean) consumer.field("closed");
    }

    @Override
    public Closed closed(QueueConsumer consumer, ReflectedObject reflected) throws ReflectiveOperationException {
        return closedBy(consumer, reflected);
    }

    /** While its session is closed by the client, or a consumer by the application, nobody knows which it is. */
    static Closed closedBy(QueueConsumer consumer, ReflectedObject reflected) throws ReflectiveOperationException {
        if (reflected.get() == null) {
            return consumer.isCloseCalled() ? Closed.BY_APPLICATION : Closed.CONNECTION_LOST;
        }
        if (!(Boolean) reflected.field("closed")) {
            return Closed.NO;
        }
        ReflectedObject session = reflected.fieldObject("session");
        if ((Boolean) session.field("closed")) {
            // The application's call sets it, and does nothing once the client has closed the session.
            return (Boolean) session.field("inClose") ? byApplication(session) : Closed.CONNECTION_LOST;
        }
        return consumer.isCloseCalled() ? byApplication(session) : Closed.NO;
    }

    /** The client counts how many times it has begun to connect a session again. */
    private static Closed byApplication(ReflectedObject session) throws ReflectiveOperationException {
        ReflectedObject channel = session.fieldObject("sessionContext").fieldObject("sessionChannel");
        return ((Number) channel.call("getReconnectID")).intValue() > 0 ? Closed.AFTER_LOSS : Closed.BY_APPLICATION;
    }

    @Override
    public boolean isAskedInALoop(QueueConsumer consumer, ReflectedObject reflected) {
        return consumer.isAsked() && !reflected.with(consumer.asker()).is(TEMPLATE);
    }

    @Override
    public boolean isContainerActive(QueueConsumer consumer, ReflectedObject reflected)
            throws ReflectiveOperationException {
        return isActive(reflected.with(consumer.asker()));
    }

    @Override
    public boolean isContainerConnecting(QueueConsumer consumer, ReflectedObject reflected)
            throws ReflectiveOperationException {
        ReflectedObject container = reflected.with(consumer.asker());
        return isActive(container) && container.hasField("recovering") && (Boolean) container.field("recovering");
    }

    static boolean isActive(ReflectedObject container) throws ReflectiveOperationException {
        return container.is(CONTAINER) && (Boolean) container.field("active");
    }

    /** Nothing: it is known why it is gone. */
    @Override
    public Object remains(ReflectedObject consumer) {
        return consumer.get();
    }

    /** No limit: the broker waits. */
    @Override
    public long maxWorkMillis(ReflectedObject consumer) {
        return 0;
    }

    @Override
    public String maxWorkSetting() {
        return "none";
    }

    /** Returns the executor of its tasks that a thread belongs to, by the names of all versions. */
    @Override
    public Object connectionOf(Thread thread, ModuleOpener opener) throws ReflectiveOperationException {
        String name = thread.getName().toLowerCase(Locale.ROOT);
        if (!name.contains("(activemq-client") || !name.contains("scheduled")) {
            return null;
        }
        ReflectedObject worker = Subscriptions.taskOf(new ReflectedObject(thread, opener));
        return worker.is("java.util.concurrent.ThreadPoolExecutor$Worker")
                ? pingerOrNull(worker.field("this$0"))
                : null;
    }

    @Override
    public Object connectionOf(ReflectedObject deliverer) throws ReflectiveOperationException {
        ReflectedObject factory = deliverer.is(CONSUMER)
                ? deliverer.fieldObject("session").fieldObject("sessionFactory")
                : deliverer.with(null);
        return factory.is(FACTORY) ? pingerOrNull(factory.field("scheduledThreadPool")) : null;
    }

    private static Object pingerOrNull(Object executor) {
        return executor instanceof ScheduledThreadPoolExecutor ? executor : null;
    }

    @Override
    public Connection read(ReflectedObject pinger, QueueConsumers workers) {
        return new Client(pinger, workers);
    }

    /** The connections that are pinged on one executor: usually all. */
    private static final class Client implements Connection {
        private final ReflectedObject pinger;
        private final QueueConsumers workers;

        /** Remembered: a task that runs at this moment is not in the queue. */
        private final Map<Object, Boolean> factories = new WeakHashMap<>();

        private final Map<Object, ArtemisListener> known = new WeakHashMap<>();
        private final List<ArtemisListener> listeners = new ArrayList<>();

        Client(ReflectedObject pinger, QueueConsumers workers) {
            this.pinger = pinger;
            this.workers = workers;
        }

        @Override
        public boolean is(Object connection) {
            return pinger.get() == connection;
        }

        @Override
        public boolean look(long nowNanos, Consumer<Subscription> onNew) throws ReflectiveOperationException {
            findFactories();
            for (Object factory : new ArrayList<>(factories.keySet())) {
                // A concurrent set.
                for (Object session : (Collection<?>) pinger.with(factory).field("sessions")) {
                    for (Object consumer : consumersOf(pinger.with(session))) {
                        find(pinger.with(consumer), onNew);
                    }
                }
            }
            IdentityHashMap<Object, QueueConsumer> busy = new IdentityHashMap<>();
            for (Iterator<ArtemisListener> i = listeners.iterator(); i.hasNext(); ) {
                ArtemisListener listener = i.next();
                if (!listener.look(nowNanos)) {
                    listener.end();
                    i.remove();
                } else if (listener.isAtWork()) {
                    busy.put(listener.session(), listener.worker);
                }
            }
            for (ArtemisListener listener : listeners) {
                QueueConsumer ofSession = busy.get(listener.session());
                listener.subscription.setWorker(ofSession == null ? listener.worker : ofSession);
            }
            return pinger.get() != null || !listeners.isEmpty();
        }

        private void findFactories() throws ReflectiveOperationException {
            ScheduledThreadPoolExecutor executor = (ScheduledThreadPoolExecutor) pinger.get();
            if (executor == null) {
                return;
            }
            for (Object future : executor.getQueue().toArray()) {
                ReflectedObject task = pinger.with(future);
                task = task.hasField("callable") ? task.fieldObject("callable") : task.with(null);
                task = task.hasField("task") ? task.fieldObject("task") : task.with(null);
                if (task.is(FACTORY + "$ActualScheduledPinger")) {
                    Object ping = ((Reference<?>) task.field("pingRunnable")).get();
                    if (ping != null) {
                        factories.put(task.with(ping).field("this$0"), true);
                    }
                }
            }
        }

        /** Under the lock that the session holds for no more than to change the table. */
        private static List<Object> consumersOf(ReflectedObject session) throws ReflectiveOperationException {
            Map<?, ?> consumers = (Map<?, ?>) session.field("consumers");
            synchronized (consumers) {
                return new ArrayList<>(consumers.values());
            }
        }

        private void find(ReflectedObject consumer, Consumer<Subscription> onNew) throws ReflectiveOperationException {
            Object object = consumer.get();
            if (object == null || known.containsKey(object) || !consumer.is(CONSUMER)) {
                return;
            }
            if (consumer.field("handler") != null) {
                String queue = nameOfPool(consumer);
                QueueConsumer worker = queue == null ? null : workers.findOrAdd(object);
                if (worker != null) {
                    ArtemisListener found = new ArtemisListener(consumer, worker, queue);
                    known.put(object, found);
                    listeners.add(found);
                    onNew.accept(found.subscription);
                }
            } else {
                followUnseen(consumer, object);
            }
        }

        private void followUnseen(ReflectedObject consumer, Object object) throws ReflectiveOperationException {
            QueueConsumer worker = workers.find(object);
            Thread waiting = (Thread) consumer.field("receiverThread");
            if (worker == null && waiting != null && nameOfPool(consumer) != null) {
                worker = workers.findOrAdd(object);
            }
            if (worker != null) {
                worker.setUnseenWait(waiting);
            }
        }
    }
}
