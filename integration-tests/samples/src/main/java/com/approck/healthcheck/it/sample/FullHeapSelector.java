package com.approck.healthcheck.it.sample;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** A selector for which there is no memory. */
final class FullHeapSelector extends Selector {

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public SelectorProvider provider() {
        throw new OutOfMemoryError("made up: provider");
    }

    @Override
    public Set<SelectionKey> keys() {
        throw new OutOfMemoryError("made up: keys");
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new OutOfMemoryError("made up: selectedKeys");
    }

    @Override
    public int selectNow() {
        throw new OutOfMemoryError("made up: selectNow");
    }

    @Override
    public int select(long timeout) {
        throw new OutOfMemoryError("made up: select");
    }

    @Override
    public int select() {
        throw new OutOfMemoryError("made up: select");
    }

    @Override
    public Selector wakeup() {
        return this;
    }

    @Override
    public void close() {}
}
