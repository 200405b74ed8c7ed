package com.approck.healthcheck.sidecar.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.approck.healthcheck.sidecar.http.RequestTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the fuzzer found, and inputs that are near to them, without the fuzzer. */
final class FuzzTest {
    private static final Path INPUTS = Path.of("src/test/fuzz");

    @SuppressWarnings("ImmutableEnumChecker") // Each entry is a method reference.
    private enum Target {
        DATAGRAMS("datagrams", DatagramTarget::fuzzerTestOneInput),
        REQUESTS("requests", RequestTarget::fuzzerTestOneInput);

        private final String folder;
        private final Entry entry;

        Target(String folder, Entry entry) {
            this.folder = folder;
            this.entry = entry;
        }

        List<byte[]> inputs() throws IOException {
            List<byte[]> inputs = new ArrayList<>();
            try (Stream<Path> files = Files.list(INPUTS.resolve(folder))) {
                for (Path file : files.sorted().toList()) {
                    inputs.add(Files.readAllBytes(file));
                }
            }
            assertFalse(inputs.isEmpty());
            return inputs;
        }

        void take(byte[] input) {
            try {
                entry.accept(input);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError("by " + new String(input, StandardCharsets.ISO_8859_1), e);
            }
        }
    }

    /** Takes one input. */
    @FunctionalInterface
    private interface Entry {
        void accept(byte[] input) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void keptInputs_breakNothing(Target target) throws IOException {
        target.inputs().forEach(target::take);
    }

    @ParameterizedTest
    @EnumSource
    void largestInputs_breakNothing(Target target) throws IOException {
        for (byte[] large : LargeInputs.of(target.inputs())) {
            assertEquals(LargeInputs.LARGEST, large.length);
            target.take(large);
        }
    }

    @ParameterizedTest
    @EnumSource
    void changedInputs_breakNothing(Target target) throws IOException {
        List<byte[]> inputs = target.inputs();
        Random random = new Random(8125);
        for (int i = 0; i < 1000; i++) {
            target.take(changed(inputs, random));
        }
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
