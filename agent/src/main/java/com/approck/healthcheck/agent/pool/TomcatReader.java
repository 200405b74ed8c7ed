package com.approck.healthcheck.agent.pool;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tomcat's {@code AbstractEndpoint} and the executor that it runs requests on: its own, or one that connectors share. With
 * virtual threads there is no such executor to speak of, and the endpoint itself stands for the pool. Read from Tomcat
 * 8.5.0, 8.5.100, 9.0.123, 10.1.59 and 11.0.27.
 *
 * <p>Capacity is the executor's maximum although its queue is unbounded: Tomcat's {@code TaskQueue} refuses tasks while
 * there are fewer threads than that.
 */
final class TomcatReader implements PoolReader {
    private static final Pattern FEEDER = Pattern.compile("(Acceptor|Poller|ClientPoller)(-\\d+)?");
    private static final String ENDPOINT = "org.apache.tomcat.util.net.AbstractEndpoint";

    @Override
    public Object poolOf(Reflected owner) throws ReflectiveOperationException {
        if (!(Boolean) owner.call("isRunning")) {
            return null;
        }
        Object executor = owner.call("getExecutor");
        Object inside = executor == null ? null : AnyExecutor.unwrap(executor);
        return inside == null || AnyExecutor.most(new Reflected(inside)) == AnyExecutor.NO_BOUND ? owner.get() : inside;
    }

    @Override
    public String nameOf(Reflected owner) throws ReflectiveOperationException {
        return (String) owner.call("getName");
    }

    @Override
    public Object ownerOf(Reflected task) throws ReflectiveOperationException {
        // In Tomcat 8.5.0 the task has no socketWrapper; it is an inner class of the endpoint.
        return task.hasField("socketWrapper")
                ? new Reflected(task.field("socketWrapper")).call("getEndpoint")
                : task.field("this$0");
    }

    @Override
    public boolean isStopped(Reflected pool) throws ReflectiveOperationException {
        return pool.is(ENDPOINT) && !(Boolean) pool.call("isRunning");
    }

    @Override
    public boolean isBoundless(Reflected pool) {
        return pool.is(ENDPOINT);
    }

    @Override
    public int capacity(Reflected pool) throws ReflectiveOperationException {
        return pool.is(ENDPOINT) ? AnyExecutor.ABLE_WITHOUT_BOUND : AnyExecutor.most(pool);
    }

    @Override
    public int alive(Reflected pool) throws ReflectiveOperationException {
        return pool.is(ENDPOINT) ? 0 : AnyExecutor.alive(pool);
    }

    @Override
    public int queued(Reflected pool) throws ReflectiveOperationException {
        return pool.is(ENDPOINT) ? 0 : AnyExecutor.queued(pool);
    }

    /** The server keeps no reference to them, but names them after the endpoint, with a number behind it in Tomcat 8.5. */
    @Override
    public Collection<Thread> feeders(Reflected owner) throws ReflectiveOperationException {
        String prefix = nameOf(owner) + "-";
        List<Thread> feeders = new ArrayList<>(2);
        for (Thread thread : LiveThreads.list()) {
            String name = thread.getName();
            if (name.startsWith(prefix)
                    && FEEDER.matcher(name.substring(prefix.length())).matches()) {
                feeders.add(thread);
            }
        }
        return feeders;
    }

    @Override
    public Collection<Thread> threads(Reflected pool) throws ReflectiveOperationException {
        return AnyExecutor.threads(pool);
    }
}
