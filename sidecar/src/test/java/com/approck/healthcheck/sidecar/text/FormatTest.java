package com.approck.healthcheck.sidecar.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FormatTest {
    @ParameterizedTest
    @CsvSource({
        "-5, 0 s",
        "0, 0 s",
        "99, 0 s",
        "100, 0.1 s",
        "1000, 1 s",
        "9999, 9.9 s",
        "10000, 10 s",
        "59999, 59 s",
        "60000, 1 min",
        "185000, 3 min 5 s",
        "3600000, 1 h",
        "7380000, 2 h 3 min"
    })
    void duration_isReadable(long millis, String words) {
        assertEquals(words, Format.of(millis * 1_000_000));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:8125",
        "::1, [::1]:8125",
        "::, [::]:8125",
        "2001:db8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:8125",
        "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:8125",
        "fe80:0:0:0:1:2:3:4, [fe80::1:2:3:4]:8125",
        "1:0:0:0:0:0:0:0, [1::]:8125"
    })
    void address_isAsOneWritesIt(String address, String words) throws UnknownHostException {
        assertEquals(words, Format.of(new InetSocketAddress(InetAddress.getByName(address), 8125)));
    }
}
