package com.approck.healthcheck.it.sample;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.function.BiConsumer;

/** A reply for servers that are given their answers whole: it is handed over when the body is closed. */
public class BufferedReply implements Reply {

    private final BiConsumer<Integer, byte[]> answer;
    private int status;

    /** @param answer gets the status and the body, on the thread that closed the body */
    public BufferedReply(BiConsumer<Integer, byte[]> answer) {
        this.answer = answer;
    }

    @Override
    public void status(int newStatus) {
        status = newStatus;
    }

    @Override
    public OutputStream body() {
        return new ByteArrayOutputStream() {
            @Override
            public void close() {
                answer.accept(status, toByteArray());
            }
        };
    }
}
