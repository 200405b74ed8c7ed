package com.approck.healthcheck.sidecar.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.approck.healthcheck.sidecar.config.ListenAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine whose sockets the test makes up. */
final class ListenSocketsTest {
    private final List<FakeSocket> opened = new ArrayList<>();
    private int inUseFirst;
    private boolean withoutSix;
    private int takenPort;
    private String hostOrigin = "--statsd-host";

    @Test
    void localhost_isBothLoopbackAddresses_onOnePort() throws BindFailedException {
        assertEquals(List.of("/127.0.0.1:41000", "/[0:0:0:0:0:0:0:1]:41000"), addresses(all("localhost", 0)));
        assertEquals(List.of("/127.0.0.1:8125", "/[0:0:0:0:0:0:0:1]:8125"), addresses(all("localhost", 8125)));
    }

    @Test
    void machineWithoutSix_listensOnFour() throws BindFailedException {
        withoutSix = true;
        assertEquals(List.of("/127.0.0.1:8125"), addresses(all("localhost", 8125)));
    }

    @Test
    void freePortThatIsTakenOnTheNextAddress_isAskedForAgain() throws BindFailedException {
        inUseFirst = 2;
        all("localhost", 0);
        assertEquals(2, opened.stream().filter(socket -> !socket.closed).count());
    }

    @Test
    void portInUse_isNamed_andNothingStaysOpen() {
        takenPort = 8125;
        assertEquals(
                "could not listen for StatsD on [::1]:8125: the port is in use; end what uses it or choose another"
                        + " with --statsd-port",
                assertThrows(BindFailedException.class, () -> all("localhost", 8125))
                        .getMessage());
        assertEquals(0, opened.stream().filter(socket -> !socket.closed).count());
    }

    @Test
    void unknownHost_isNamed() {
        assertEquals(
                "could not listen for StatsD: the host 'no-such-host.invalid' is unknown; choose another with"
                        + " --statsd-host",
                assertThrows(BindFailedException.class, () -> all("no-such-host.invalid", 1))
                        .getMessage());
    }

    @Test
    void addressThatIsNotOurs_isNamed() {
        withoutSix = true;
        assertEquals(
                "could not listen for StatsD on [::1]:1: Protocol family unavailable; choose another with"
                        + " --statsd-host",
                assertThrows(BindFailedException.class, () -> all("::1", 1)).getMessage());
    }

    @Test
    void hostOfAVariable_isNamedWithIt() {
        hostOrigin = "STATSD_HOST";
        assertEquals(
                "could not listen for StatsD: the host 'no-such-host.invalid' is unknown; it comes from STATSD_HOST;"
                        + " choose another there or with --statsd-host",
                assertThrows(BindFailedException.class, () -> all("no-such-host.invalid", 1))
                        .getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void allAddresses_areOneSocketForBothFamilies(String host) throws BindFailedException {
        assertEquals(List.of("/[0:0:0:0:0:0:0:0]:8125"), addresses(all(host, 8125)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::"})
    void allAddresses_areThoseOfFour_onAMachineWithoutSix(String host) throws BindFailedException {
        withoutSix = true;
        assertEquals(List.of("/0.0.0.0:8125"), addresses(all(host, 8125)));
    }

    private List<FakeSocket> all(String host, int port) throws BindFailedException {
        return ListenSockets.all(
                new ListenAddress(host, port, hostOrigin, "--statsd-port", "--statsd-host", "--statsd-port"),
                "StatsD",
                this::open,
                socket -> socket.address);
    }

    private FakeSocket open(InetSocketAddress wanted) throws IOException {
        boolean six = wanted.getAddress() instanceof Inet6Address;
        if (six && withoutSix) {
            throw new SocketException("Protocol family unavailable");
        }
        if (six && (inUseFirst-- > 0 || wanted.getPort() == takenPort)) {
            throw new BindException("Address already in use");
        }
        int port = wanted.getPort() == 0 ? 41_000 : wanted.getPort();
        FakeSocket socket = new FakeSocket(new InetSocketAddress(wanted.getAddress(), port));
        opened.add(socket);
        return socket;
    }

    private static List<String> addresses(List<FakeSocket> sockets) {
        return sockets.stream()
                .map(socket -> "/" + socket.address.toString().replaceFirst("^.*/", ""))
                .toList();
    }

    private static final class FakeSocket implements AutoCloseable {
        final InetSocketAddress address;
        boolean closed;

        FakeSocket(InetSocketAddress address) {
            this.address = address;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
