package com.approck.healthcheck.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.log.Log;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ReceiverAddressTest {
    private final ThreadGroup group = new ThreadGroup("resolvers");
    private long now = TimeUnit.HOURS.toNanos(5);
    private volatile List<String> zone = Collections.singletonList("10.0.0.1");
    private volatile int lookUps;

    private final ReceiverAddress receiver = of("statsd.example");

    @Test
    void name_isLookedUpInTheBackground_andKeptWhileItHasTheAddress() throws Exception {
        assertNull(receiver.present(now));
        assertPresent("10.0.0.1");
        zone = Arrays.asList("10.0.0.2", "10.0.0.1");
        pass(30);
        assertPresent("10.0.0.1");
        assertEquals(2, lookUps);
        zone = Collections.singletonList("10.0.0.2");
        pass(30);
        assertPresent("10.0.0.2");
    }

    @Test
    void refusal_looksTheNameUpAtOnce_ifThatWasNotInTheLastSecond() throws Exception {
        assertPresent("10.0.0.1");
        zone = Collections.singletonList("10.0.0.2");
        receiver.failed(address("10.0.0.1"), now);
        assertPresent("10.0.0.1");
        assertEquals(1, lookUps);
        pass(1);
        receiver.failed(address("10.0.0.1"), now);
        assertPresent("10.0.0.2");
        assertEquals(2, lookUps);
    }

    @Test
    void refusals_goThroughAllAddresses_oneASecond() throws Exception {
        zone = Arrays.asList("10.0.0.1", "10.0.0.2", "10.0.0.3");
        assertPresent("10.0.0.1");
        for (String next : new String[] {"10.0.0.2", "10.0.0.3", "10.0.0.1"}) {
            pass(1);
            InetAddress refusing = receiver.present(now);
            receiver.failed(refusing, now);
            receiver.failed(receiver.present(now), now);
            awaitLookUps();
            assertEquals(next, receiver.present(now).getHostAddress());
        }
    }

    @Test
    void onlyAddress_isKeptThoughItRefuses() throws Exception {
        assertPresent("10.0.0.1");
        for (int i = 0; i < 3; i++) {
            pass(1);
            receiver.failed(address("10.0.0.1"), now);
            assertPresent("10.0.0.1");
        }
        assertEquals(4, lookUps);
    }

    @Test
    void refusalOfAnAddressThatWasLeft_isNone() throws Exception {
        assertPresent("10.0.0.1");
        pass(1);
        receiver.failed(address("10.0.0.7"), now);
        assertEquals(1, lookUps);
    }

    @Test
    void unknownName_isAskedForEverySecond_andALostOneKeepsItsAddress() throws Exception {
        zone = Collections.emptyList();
        assertNull(receiver.present(now));
        awaitLookUps();
        assertNull(receiver.present(now));
        assertEquals(1, lookUps);
        zone = Collections.singletonList("10.0.0.1");
        pass(1);
        receiver.present(now);
        assertPresent("10.0.0.1");
        zone = Collections.emptyList();
        pass(30);
        assertPresent("10.0.0.1");
        assertEquals(3, lookUps);
    }

    @Test
    void localhost_isBothLoopbackAddresses_inTurn() throws Exception {
        ReceiverAddress localhost = of("localhost");
        InetAddress first = localhost.present(now);
        localhost.failed(first, now);
        InetAddress second = localhost.present(now);
        assertEquals(
                Arrays.asList("0:0:0:0:0:0:0:1", "127.0.0.1"),
                first.getHostAddress().compareTo(second.getHostAddress()) < 0
                        ? Arrays.asList(first.getHostAddress(), second.getHostAddress())
                        : Arrays.asList(second.getHostAddress(), first.getHostAddress()));
        assertEquals(0, lookUps);
    }

    @Test
    void literalAddress_isNeverLookedUp() throws Exception {
        ReceiverAddress literal = of("10.0.0.9");
        assertEquals("10.0.0.9", literal.present(now).getHostAddress());
        assertEquals(1, lookUps);
        pass(60);
        literal.failed(address("10.0.0.9"), now);
        assertEquals("10.0.0.9", literal.present(now).getHostAddress());
        assertEquals(1, lookUps);
    }

    private ReceiverAddress of(String host) {
        return new ReceiverAddress(host, this::resolve, group, new Log(LogLevel.OFF));
    }

    private synchronized InetAddress[] resolve(String host) throws UnknownHostException {
        lookUps++;
        if (host.startsWith("10.")) {
            return new InetAddress[] {address(host)};
        }
        InetAddress[] found = new InetAddress[zone.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = address(zone.get(i));
        }
        if (found.length == 0) {
            throw new UnknownHostException(host);
        }
        return found;
    }

    private void assertPresent(String expected) throws InterruptedException {
        receiver.present(now);
        awaitLookUps();
        assertEquals(expected, receiver.present(now).getHostAddress());
    }

    private void awaitLookUps() throws InterruptedException {
        Thread[] threads = new Thread[4];
        int count = group.enumerate(threads);
        for (int i = 0; i < count; i++) {
            threads[i].join();
        }
    }

    private void pass(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }
}
