package com.approck.healthcheck.it.support.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/**
 * A WebSocket of a client by hand (RFC 6455): one socket and no thread, so that a test can have hundreds. Texts are ASCII
 * of at most {@value #MAX_TEXT} characters.
 */
public final class WebSocket implements AutoCloseable {

    private static final int MAX_TEXT = 125;
    private static final int FINAL_TEXT_FRAME = 0x81;
    private static final int MASKED = 0x80;

    private final Socket socket;
    private final DataInputStream in;

    private WebSocket(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(socket.getInputStream());
    }

    /** Connects and upgrades; an {@link AssertionError} when the server answers other than 101. */
    public static WebSocket open(int port, String path) throws IOException {
        WebSocket opened = new WebSocket(new Socket(InetAddress.getByName("localhost"), port));
        opened.socket.setSoTimeout(30_000);
        opened.upgrade(path);
        return opened;
    }

    private void upgrade(String path) throws IOException {
        write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        // The accept header is the hash of that key: the example of the RFC.
        if (!head.toString().startsWith("HTTP/1.1 101 ") || head.indexOf("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") < 0) {
            throw new AssertionError("no upgrade: " + head);
        }
    }

    public void send(String text) throws IOException {
        byte[] bytes = text.getBytes(US_ASCII);
        if (bytes.length > MAX_TEXT) {
            throw new IllegalArgumentException("longer than " + MAX_TEXT + ": " + text);
        }
        // A mask of four zeros leaves the text as it is.
        byte[] frame = new byte[6 + bytes.length];
        frame[0] = (byte) FINAL_TEXT_FRAME;
        frame[1] = (byte) (MASKED | bytes.length);
        System.arraycopy(bytes, 0, frame, 6, bytes.length);
        write(frame);
    }

    /** Waits for the next frame, which is a whole text. */
    public String receive() throws IOException {
        int kind = in.readUnsignedByte();
        int length = in.readUnsignedByte();
        if (kind != FINAL_TEXT_FRAME || length > MAX_TEXT) {
            throw new AssertionError("a frame of kind " + kind + " and length " + length);
        }
        return new String(in.readNBytes(length), US_ASCII);
    }

    private void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
