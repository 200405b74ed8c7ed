package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.reflect.ReflectedObject;
import java.util.List;

/** A client library that never was. */
final class FakeLibrary implements ConsumerSupport {
    /** A consumer whose state a test sets. */
    static final class FakeConsumer {
        /** A String, but for an unknown version of the library. */
        volatile Object group;

        volatile boolean closed;
        volatile Object remains = new Object();
        long maxWorkMillis;

        FakeConsumer(String group) {
            this.group = group;
        }
    }

    @Override
    public String name() {
        return "Queue";
    }

    @Override
    public List<String> consumerClasses() {
        return List.of(FakeConsumer.class.getName());
    }

    @Override
    public String groupOf(ReflectedObject consumer) throws ReflectiveOperationException {
        return (String) consumer.field("group");
    }

    @Override
    public boolean isClosed(ReflectedObject consumer) throws ReflectiveOperationException {
        return (Boolean) consumer.field("closed");
    }

    @Override
    public Object remains(ReflectedObject consumer) throws ReflectiveOperationException {
        return consumer.field("remains");
    }

    @Override
    public long maxWorkMillis(ReflectedObject consumer) throws ReflectiveOperationException {
        return (Long) consumer.field("maxWorkMillis");
    }

    @Override
    public String maxWorkSetting() {
        return "max.work";
    }
}
