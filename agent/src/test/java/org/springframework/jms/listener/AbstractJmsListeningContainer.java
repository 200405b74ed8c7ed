package org.springframework.jms.listener;

/** A class of the same name and field as Spring's. */
public final class AbstractJmsListeningContainer {
    /** As long as it calls consumers. */
    public volatile boolean active = true;

    /** Of its subclass {@code DefaultMessageListenerContainer}. */
    public volatile boolean recovering;
}
