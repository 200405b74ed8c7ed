package com.approck.healthcheck.agent.sample.netty.channel.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;

/** Waits in its selector as Netty's loops do, in a package as one that Netty's was relocated to. */
public final class SelectingLoop implements Runnable {
    private final Selector selector;

    public SelectingLoop(Selector selector) {
        this.selector = selector;
    }

    @Override
    public void run() {
        try {
            int ready = selector.select();
            if (ready != 0) {
                throw new IllegalStateException("nothing is registered with it");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
