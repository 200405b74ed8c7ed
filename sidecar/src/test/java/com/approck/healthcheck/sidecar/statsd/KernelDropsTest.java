package com.approck.healthcheck.sidecar.statsd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelDropsTest {
    @Test
    void table_isReadForOurAddressAlone() throws Exception {
        Assumptions.assumeTrue(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN);
        List<String> table = List.of(
                "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops",
                "  157: 0100007F:1FBD 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31063 2 0000000000000000 77",
                "  158: 0100007F:1FBE 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31064 2 0000000000000000 5",
                "  159: 00000000:1FBD 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 31065 2 0000000000000000 6",
                "  160: 00000000000000000000000001000000:1FBD 00000000000000000000000000000000:0000 07 0:0 00:0 0 0 0 3 2 0 9");
        assertEquals(77, KernelDrops.at(address("127.0.0.1", 8125), table));
        assertEquals(9, KernelDrops.at(address("::1", 8125), table));
        assertEquals(0, KernelDrops.at(address("127.0.0.1", 8000), table));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    @EnabledOnOs(OS.LINUX)
    void overflow_isCounted(String host) throws Exception {
        StandardProtocolFamily family = host.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
        try (DatagramChannel full = DatagramChannel.open(family).bind(address(host, 0));
                DatagramChannel sender = DatagramChannel.open(family)) {
            InetSocketAddress local = (InetSocketAddress) full.getLocalAddress();
            assertEquals(OptionalLong.of(0), KernelDrops.at(List.of(local)));
            ByteBuffer bytes = ByteBuffer.allocate(1000);
            int most = full.getOption(StandardSocketOptions.SO_RCVBUF) / bytes.capacity() * 2;
            for (int i = 0; i < most; i++) {
                sender.send(bytes.rewind(), local);
            }
            long drops = KernelDrops.at(List.of(local)).orElseThrow();
            assertTrue(drops > 0 && drops < most, () -> drops + " of " + most);
        }
    }

    private static InetSocketAddress address(String host, int port) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }
}
