package com.approck.healthcheck.sidecar.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HostAddressesTest {
    private List<String> zone = List.of("10.0.0.1");
    private long now = Duration.ofHours(3).toNanos();
    private int lookups;

    private final HostAddresses addresses = of("app.example");

    @Test
    void name_isLookedUpOnce_whileItsAddressWorks() throws Exception {
        assertOrder("10.0.0.1");
        addresses.worked(address("10.0.0.1"));
        pass(Duration.ofSeconds(4));
        assertOrder("10.0.0.1");
        assertEquals(1, lookups);
    }

    @Test
    void presentAddress_isKeptWhileTheNameHasIt() throws Exception {
        assertOrder("10.0.0.1");
        zone = List.of("10.0.0.2", "10.0.0.1");
        pass(Duration.ofSeconds(5));
        assertOrder("10.0.0.1", "10.0.0.2");
        zone = List.of("10.0.0.2");
        pass(Duration.ofSeconds(5));
        assertOrder("10.0.0.2");
    }

    @Test
    void failure_looksTheNameUpAnew_atMostOnceASecond() throws Exception {
        assertOrder("10.0.0.1");
        zone = List.of("10.0.0.2");
        addresses.failed(address("10.0.0.1"));
        assertOrder("10.0.0.1");
        pass(Duration.ofSeconds(1));
        assertOrder("10.0.0.2");
        assertEquals(2, lookups);
    }

    @Test
    void failure_putsTheNextAddressFirst_andANewOneBeforeAll() throws Exception {
        zone = List.of("10.0.0.1", "10.0.0.2");
        assertOrder("10.0.0.1", "10.0.0.2");
        addresses.failed(address("10.0.0.1"));
        assertOrder("10.0.0.2", "10.0.0.1");
        addresses.failed(address("10.0.0.2"));
        zone = List.of("10.0.0.1", "10.0.0.2", "10.0.0.3");
        pass(Duration.ofSeconds(1));
        assertOrder("10.0.0.3", "10.0.0.1", "10.0.0.2");
    }

    @Test
    void addressThatWorked_isThePresentOne() throws Exception {
        zone = List.of("10.0.0.1", "10.0.0.2");
        assertOrder("10.0.0.1", "10.0.0.2");
        addresses.worked(address("10.0.0.2"));
        assertOrder("10.0.0.2", "10.0.0.1");
    }

    @Test
    void nameThatCannotBeLookedUp_keepsItsAddresses() throws Exception {
        assertOrder("10.0.0.1");
        zone = List.of();
        pass(Duration.ofSeconds(5));
        assertOrder("10.0.0.1");
        assertEquals(2, lookups);
    }

    @Test
    void nameWithoutAnAddress_isUnknown_andAskedForOnceASecond() throws Exception {
        zone = List.of();
        assertThrows(UnknownHostException.class, addresses::inOrder);
        assertThrows(UnknownHostException.class, addresses::inOrder);
        assertEquals(1, lookups);
        zone = List.of("10.0.0.9");
        pass(Duration.ofSeconds(1));
        assertOrder("10.0.0.9");
    }

    @Test
    void localhost_hasBothLoopbackAddresses() throws Exception {
        zone = List.of("127.0.0.1");
        List<String> found = new ArrayList<>();
        of("localhost").inOrder().forEach(address -> found.add(address.getHostAddress()));
        assertEquals(List.of("127.0.0.1", "0:0:0:0:0:0:0:1"), found);
    }

    private HostAddresses of(String host) {
        return new HostAddresses(
                host,
                name -> {
                    lookups++;
                    if (zone.isEmpty()) {
                        throw new UnknownHostException(name);
                    }
                    List<InetAddress> found = new ArrayList<>();
                    for (String text : zone) {
                        found.add(address(text));
                    }
                    return found;
                },
                () -> now,
                HostAddresses.LOOKUP_INTERVAL);
    }

    private void assertOrder(String... expected) throws UnknownHostException {
        List<String> found = new ArrayList<>();
        addresses.inOrder().forEach(address -> found.add(address.getHostAddress()));
        assertEquals(List.of(expected), found);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }
}
