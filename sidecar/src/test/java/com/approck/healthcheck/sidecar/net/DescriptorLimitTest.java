package com.approck.healthcheck.sidecar.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DescriptorLimitTest {
    @Test
    void lowLimit_leavesFewConnections() {
        assertEquals(100 - 17 - DescriptorLimit.RESERVED, connections("100"));
        assertEquals(3, connections("40"));
        assertEquals(1, connections("37"));
        assertEquals(1, connections("0"));
    }

    @Test
    void highLimit_leavesAsManyAsAreWanted() {
        assertEquals(4096, connections("1048576"));
        assertEquals(4096, connections("18446744073709551"));
        assertEquals(4096, connections("unlimited"));
    }

    @Test
    void unknownLimit_leavesAsManyAsAreWanted() {
        assertEquals(4096, DescriptorLimit.connections(4096, List.of("Max processes 1 1 processes"), 17));
        assertEquals(4096, DescriptorLimit.connections(4096, List.of(), 17));
    }

    @Test
    void limitOfThisProcess_isRead() {
        assertEquals(1, DescriptorLimit.connections(1));
        assertTrue(DescriptorLimit.connections(Integer.MAX_VALUE) > 0);
    }

    private static int connections(String soft) {
        return DescriptorLimit.connections(
                4096,
                List.of(
                        "Limit                     Soft Limit           Hard Limit           Units     ",
                        "Max core file size        0                    unlimited            bytes     ",
                        "Max open files            " + soft + "                 1048576              files     "),
                17);
    }
}
