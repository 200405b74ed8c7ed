package com.approck.healthcheck.sidecar.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.approck.healthcheck.sidecar.net.HostAddresses;
import com.approck.healthcheck.sidecar.net.Resolver;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
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

    /** Prints one line; returns whether the answer is 200. Tries every address of the name. Never throws. */
    public static boolean ask(URI probe, PrintStream out) {
        String problem = "";
        try {
            for (URL address : addresses(probe)) {
                HttpURLConnection connection = (HttpURLConnection) address.openConnection(Proxy.NO_PROXY);
                connection.setConnectTimeout(TIMEOUT_MILLIS);
                connection.setReadTimeout(TIMEOUT_MILLIS);
                connection.setInstanceFollowRedirects(false);
                try {
                    connection.connect();
                } catch (IOException e) {
                    // Nobody listens there; the name may have an address of the other family.
                    problem = e.getMessage();
                    continue;
                }
                return isHealthy(connection, out);
            }
        } catch (UnknownHostException e) {
            problem = "unknown host " + e.getMessage();
        } catch (IOException | RuntimeException e) {
            problem = e.getMessage();
        }
        out.println(probe + " could not be asked: " + problem);
        return false;
    }

    /** The URL with each address of its host; an HTTPS URL as it is, because its certificate is for the name. */
    private static List<URL> addresses(URI probe) throws IOException {
        URL url = probe.toURL();
        if (!url.getProtocol().equals("http")) {
            return List.of(url);
        }
        List<URL> urls = new ArrayList<>();
        HostAddresses host =
                new HostAddresses(url.getHost(), Resolver.system(), Ticker.system(), HostAddresses.LOOKUP_INTERVAL);
        for (InetAddress address : host.inOrder()) {
            String literal =
                    address instanceof Inet6Address ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
            urls.add(new URL(url.getProtocol(), literal, url.getPort(), url.getFile()));
        }
        return urls;
    }

    private static boolean isHealthy(HttpURLConnection connection, PrintStream out) throws IOException {
        int status = connection.getResponseCode();
        out.println(status == 200 ? "200" : status + " " + description(connection));
        return status == 200;
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
