package com.approck.healthcheck.sidecar.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fuzzer found, and inputs that are near to them, without the fuzzer. */
final class DatagramFuzzTest {
    private static final Path INPUTS = Path.of("src/test/fuzz/datagrams");

    static List<Path> inputs() throws IOException {
        try (Stream<Path> files = Files.list(INPUTS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void keptInput_breaksNothing(Path input) throws IOException {
        DatagramTarget.fuzzerTestOneInput(Files.readAllBytes(input));
    }

    @Test
    void largestDatagrams_breakNothing() throws IOException {
        for (byte[] large : LargeDatagrams.of(bytes())) {
            assertEquals(LargeDatagrams.LARGEST, large.length);
            DatagramTarget.fuzzerTestOneInput(large);
        }
    }

    @Test
    void changedInputs_breakNothing() throws IOException {
        List<byte[]> inputs = bytes();
        Random random = new Random(8125);
        for (int i = 0; i < 1000; i++) {
            byte[] changed = changed(inputs, random);
            try {
                DatagramTarget.fuzzerTestOneInput(changed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("by " + new String(changed, StandardCharsets.ISO_8859_1), e);
            }
        }
    }

    private static List<byte[]> bytes() throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        for (Path input : inputs()) {
            inputs.add(Files.readAllBytes(input));
        }
        return inputs;
    }

    /** The head of one, the tail of another, and a few bytes that are others. */
    private static byte[] changed(List<byte[]> inputs, Random random) {
        byte[] head = inputs.get(random.nextInt(inputs.size()));
        byte[] tail = inputs.get(random.nextInt(inputs.size()));
        int cut = random.nextInt(head.length + 1);
        int from = random.nextInt(tail.length + 1);
        byte[] changed = new byte[cut + tail.length - from];
        System.arraycopy(head, 0, changed, 0, cut);
        System.arraycopy(tail, from, changed, cut, tail.length - from);
        for (int i = random.nextInt(4); i > 0 && changed.length > 0; i--) {
            changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }
}
