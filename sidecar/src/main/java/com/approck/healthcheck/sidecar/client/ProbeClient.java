package com.approck.healthcheck.sidecar.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Asks a sidecar one question, as {@code --probe} does. */
public final class ProbeClient {
    /** For the connection, and again for each read. A sidecar answers within the deadline that it gives the application. */
    private static final int TIMEOUT_MILLIS = 5000;

    private static final int MAX_BODY_BYTES = 64 * 1024;

    private ProbeClient() {}

    /** Prints one line; returns whether the answer is 200. Never throws. */
    public static boolean ask(URI probe, PrintStream out) {
        try {
            HttpURLConnection connection = (HttpURLConnection) probe.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setInstanceFollowRedirects(false);
            int status = connection.getResponseCode();
            if (status == 200) {
                out.println("200");
                return true;
            }
            out.println(status + " " + description(connection));
        } catch (IOException | RuntimeException e) {
            out.println(probe + " could not be asked: " + e.getMessage());
        }
        return false;
    }

    private static String description(HttpURLConnection connection) throws IOException {
        try (InputStream body = connection.getErrorStream()) {
            return body == null ? "" : description(new String(body.readNBytes(MAX_BODY_BYTES), UTF_8));
        }
    }

    /** {@code NoWorkers: why}; the text itself if it is not a probe's JSON. */
    static String description(String body) {
        String code = null;
        String description = null;
        try (JsonParser json = new JsonFactory().createParser(ObjectReadContext.empty(), body)) {
            if (json.nextToken() == JsonToken.START_OBJECT) {
                for (String name = json.nextName(); name != null; name = json.nextName()) {
                    json.nextToken();
                    if (name.equals("code")) {
                        code = json.getString();
                    } else if (name.equals("description")) {
                        description = json.getString();
                    }
                    json.skipChildren();
                }
            }
        } catch (JacksonException notJson) {
            return body.strip();
        }
        return code == null || description == null ? body.strip() : code + ": " + description;
    }
}
