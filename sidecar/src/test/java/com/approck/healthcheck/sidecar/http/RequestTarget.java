package com.approck.healthcheck.sidecar.http;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a fuzzer throws bytes at: what a client sends on one connection, whole and in pieces. */
public final class RequestTarget {
    private static final Pattern METHOD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern PATH = Pattern.compile("[!-~&&[^?]]*");
    private static final Pattern QUERY = Pattern.compile("[!-~]*");

    private RequestTarget() {}

    /** The entry that the fuzzer looks for. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<String> whole = read(input, Math.max(1, input.length));
        for (int piece : new int[] {1, 7}) {
            List<String> pieces = read(input, piece);
            require(whole.equals(pieces), "pieces are the same requests: " + whole + " and " + pieces);
        }
    }

    /** Every request, and how it ended. */
    private static List<String> read(byte[] input, int piece) {
        HeadParser parser = new HeadParser();
        List<String> read = new ArrayList<>();
        for (int from = 0; from < input.length; from += piece) {
            ByteBuffer in = ByteBuffer.wrap(input, from, Math.min(piece, input.length - from));
            while (in.hasRemaining()) {
                try {
                    Request request = parser.parse(in);
                    if (request == null) {
                        require(!in.hasRemaining(), "all is read before more is wanted");
                    } else {
                        check(request);
                        require(!parser.isBegun(), "the next request has not begun");
                        read.add(request.toString());
                    }
                } catch (BadRequestException e) {
                    require(e.status() >= 400 && e.status() < 600, "a bad request has a status for it");
                    read.add(e.status() + " " + e.getMessage());
                    return read;
                }
            }
        }
        read.add(parser.isBegun() ? "begun" : "over");
        return read;
    }

    private static void check(Request request) {
        require(METHOD.matcher(request.method()).matches(), "a method is a token");
        require(PATH.matcher(request.path()).matches(), "a path is printable");
        require(QUERY.matcher(request.query()).matches(), "a query is printable");
        require(request.minorVersion() >= 0 && request.minorVersion() <= 9, "a version is a digit");
        int length = request.method().length()
                + request.path().length()
                + request.query().length();
        require(length <= HeadParser.MOST_REQUEST_LINE_BYTES, "a request line is bounded");
    }

    private static void require(boolean so, String what) {
        if (!so) {
            throw new AssertionError("not so: " + what);
        }
    }
}
