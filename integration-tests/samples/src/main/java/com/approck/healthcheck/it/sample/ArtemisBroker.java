package com.approck.healthcheck.it.sample;

import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

/** An ActiveMQ Artemis at the URL that is its argument, which keeps nothing. Prints {@code STARTED}; runs until it is killed. */
public final class ArtemisBroker {

    private ArtemisBroker() {}

    public static void main(String[] args) throws Exception {
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfiguration(new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("tcp", args[0]));
        broker.start();
        System.out.println("STARTED");
    }
}
