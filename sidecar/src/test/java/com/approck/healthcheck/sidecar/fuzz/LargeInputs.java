package com.approck.healthcheck.sidecar.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The kept inputs repeated until they fill the largest datagram: seeds, so that the fuzzer need not grow that far by itself. */
public final class LargeInputs {
    /** What UDP over IPv4 can carry. */
    static final int LARGEST = 65_507;

    private LargeInputs() {}

    /** Writes them from the first directory into the second. */
    public static void main(String[] args) throws IOException {
        List<byte[]> inputs = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            for (Path file : files.sorted().toList()) {
                inputs.add(Files.readAllBytes(file));
            }
        }
        Path seeds = Files.createDirectories(Path.of(args[1]));
        List<byte[]> large = of(inputs);
        for (int i = 0; i < large.size(); i++) {
            Files.write(seeds.resolve("large-" + i), large.get(i));
        }
    }

    /** Of each input one with many datagrams in it, and one that is a single datagram of many lines. */
    static List<byte[]> of(List<byte[]> inputs) {
        List<byte[]> large = new ArrayList<>();
        for (byte[] input : inputs) {
            large.add(filledWith(input));
            byte[] lines = new byte[input.length + 1];
            for (int i = 0; i < input.length; i++) {
                // Otherwise it would be the end of a datagram.
                lines[i] = input[i] == (byte) 0xff ? (byte) '\n' : input[i];
            }
            lines[input.length] = '\n';
            large.add(filledWith(lines));
        }
        return large;
    }

    private static byte[] filledWith(byte[] part) {
        ByteArrayOutputStream filled = new ByteArrayOutputStream(LARGEST);
        while (part.length > 0 && filled.size() < LARGEST) {
            filled.write(part, 0, Math.min(part.length, LARGEST - filled.size()));
        }
        return filled.toByteArray();
    }
}
