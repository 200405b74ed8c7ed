package org.springframework.jms.core;

/** A class of the same name as Spring's, whose consumers are kept for later. */
public final class JmsTemplate {}
