package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The answer to one request, written by the worker that serves it. */
public interface Reply {

    /** Sets the status and the type {@code text/plain}; called once, before the body is asked for. */
    void status(int status);

    /** The body, blocking: a write returns when the server took the bytes. */
    OutputStream body() throws IOException;

    /**
     * The body of the request, blocking.
     *
     * @throws UnsupportedOperationException if the sample has no such thing
     */
    default InputStream upload() throws IOException {
        throw new UnsupportedOperationException("this sample reads no body of a request");
    }

    /**
     * Lets go of the worker: the answer is written from elsewhere, and is complete once what this returns has run.
     *
     * @throws UnsupportedOperationException if the sample has no such thing
     */
    default Runnable detach() {
        throw new UnsupportedOperationException("this sample answers on its workers only");
    }
}
