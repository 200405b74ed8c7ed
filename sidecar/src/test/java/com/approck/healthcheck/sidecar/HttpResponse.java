package com.approck.healthcheck.sidecar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One response, read to the byte. Names of headers are in lower case. */
record HttpResponse(int status, Map<String, String> headers, String body) {
    private static final JsonMapper JSON = new JsonMapper();

    static HttpResponse read(InputStream in, boolean hasBody) throws IOException {
        String[] first = line(in).split(" ", 3);
        Map<String, String> headers = new HashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(": ");
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
        }
        int length = hasBody ? Integer.parseInt(headers.get("content-length")) : 0;
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (!hasBody && "close".equalsIgnoreCase(headers.get("connection"))) {
            body = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        return new HttpResponse(Integer.parseInt(first[1]), headers, body);
    }

    String header(String name) {
        return headers.get(name);
    }

    JsonNode json() {
        return JSON.readTree(body);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("closed after " + line);
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
