package com.approck.healthcheck.agent.consumer;

import com.approck.healthcheck.agent.FreePort;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Method;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** As much of a broker of AMQP 0-9-1 as a consumer needs, and the faults of one. */
final class FakeRabbit implements AutoCloseable {
    private static final int METHOD = 1;
    private static final int PROTOCOL_HEADER = 8;

    private final int port = FreePort.next();
    private volatile ServerSocket server;
    private volatile Thread acceptor;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    /** The queues that are missing: who consumes from one loses its channel. */
    final Set<String> missing = ConcurrentHashMap.newKeySet();

    FakeRabbit() {
        try {
            restart();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    private static ServerSocket listen(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return socket;
    }

    private void accept() {
        ServerSocket accepting = server;
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    Connection connection = new Connection(accepting.accept());
                    connections.add(connection);
                    Thread reader = new Thread(connection::serve, "fake-broker");
                    reader.setDaemon(true);
                    reader.start();
                }
            } catch (IOException e) {
                // Closed.
            }
        });
        thread.setDaemon(true);
        thread.start();
        acceptor = thread;
    }

    /** Goes away, with all connections. */
    void stop() {
        try {
            server.close();
            // The thread in accept is who ends the listening, after close has returned.
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Connection connection : connections) {
            connection.drop();
        }
        connections.clear();
    }

    /** Comes back on the same port. */
    void restart() throws IOException {
        server = listen(port);
        accept();
    }

    /** Cancels every consumer of a queue, as a broker does whose queue was deleted. */
    void cancel(String queue) {
        for (Connection connection : connections) {
            connection.cancel(queue);
        }
    }

    /** Closes every channel with an error. */
    void closeChannels() {
        for (Connection connection : connections) {
            connection.closeChannels();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** One client. */
    private final class Connection {
        private final Socket socket;
        private final Map<String, Integer> channelByTag = new ConcurrentHashMap<>();
        private final Map<String, String> queueByTag = new ConcurrentHashMap<>();
        private final Set<Integer> channels = ConcurrentHashMap.newKeySet();
        private int tags;

        Connection(Socket socket) {
            this.socket = socket;
        }

        void serve() {
            try {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                in.skipNBytes(PROTOCOL_HEADER);
                send(
                        0,
                        new AMQP.Connection.Start.Builder()
                                .versionMajor(0)
                                .versionMinor(9)
                                .serverProperties(Map.of())
                                .mechanisms("PLAIN")
                                .locales("en_US")
                                .build());
                while (true) {
                    int type = in.readUnsignedByte();
                    int channel = in.readUnsignedShort();
                    byte[] payload = new byte[in.readInt()];
                    in.readFully(payload);
                    in.readUnsignedByte();
                    if (type == METHOD) {
                        answer(channel, AMQImpl.readMethodFrom(new DataInputStream(new ByteArrayInputStream(payload))));
                    }
                }
            } catch (IOException e) {
                drop();
            }
        }

        private void answer(int channel, Method method) throws IOException {
            if (method instanceof AMQP.Connection.StartOk) {
                send(
                        0,
                        new AMQP.Connection.Tune.Builder()
                                .channelMax(100)
                                .frameMax(131_072)
                                .heartbeat(0)
                                .build());
            } else if (method instanceof AMQP.Connection.Open) {
                send(0, new AMQP.Connection.OpenOk.Builder().build());
            } else if (method instanceof AMQP.Connection.Close) {
                send(0, new AMQP.Connection.CloseOk.Builder().build());
            } else if (method instanceof AMQP.Channel.Open) {
                channels.add(channel);
                send(channel, new AMQP.Channel.OpenOk.Builder().build());
            } else if (method instanceof AMQP.Channel.Close) {
                channels.remove(channel);
                send(channel, new AMQP.Channel.CloseOk.Builder().build());
            } else if (method instanceof AMQP.Basic.Cancel cancel) {
                send(
                        channel,
                        new AMQP.Basic.CancelOk.Builder()
                                .consumerTag(cancel.getConsumerTag())
                                .build());
            } else if (method instanceof AMQP.Basic.Consume consume) {
                consume(channel, consume);
            }
        }

        private void consume(int channel, AMQP.Basic.Consume consume) throws IOException {
            if (missing.contains(consume.getQueue())) {
                close(channel);
                return;
            }
            String tag = consume.getConsumerTag().isEmpty() ? "tag-" + ++tags : consume.getConsumerTag();
            channelByTag.put(tag, channel);
            queueByTag.put(tag, consume.getQueue());
            send(channel, new AMQP.Basic.ConsumeOk.Builder().consumerTag(tag).build());
        }

        void cancel(String queue) {
            queueByTag.forEach((tag, ofTag) -> {
                if (ofTag.equals(queue)) {
                    send(
                            channelByTag.get(tag),
                            new AMQP.Basic.Cancel.Builder().consumerTag(tag).build());
                }
            });
        }

        void closeChannels() {
            channels.forEach(this::close);
        }

        private void close(int channel) {
            send(
                    channel,
                    new AMQP.Channel.Close.Builder()
                            .replyCode(406)
                            .replyText("PRECONDITION_FAILED - a fault")
                            .classId(0)
                            .methodId(0)
                            .build());
        }

        private synchronized void send(int channel, com.rabbitmq.client.Method method) {
            try {
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                ((Method) method).toFrame(channel).writeTo(out);
                out.flush();
            } catch (IOException e) {
                drop();
            }
        }

        void drop() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
