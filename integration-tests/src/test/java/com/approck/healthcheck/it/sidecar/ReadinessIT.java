package com.approck.healthcheck.it.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Applications whose readiness URL wants more than a plain GET at 127.0.0.1. */
final class ReadinessIT {

    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String PATIENT = "--application-health-ready-timeout=20s";

    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir
    Path folder;

    @Test
    void applicationAtTheOtherAddressOfLocalhost_isAsked() throws IOException {
        HttpServer application = application(HttpServer.create(), "::1", "{}");
        assertReady("{}", asked(url("http", application)));
    }

    @Test
    void credentials_areSent_andShownNowhere() throws IOException {
        HttpServer application = application(HttpServer.create(), "127.0.0.1", "{}");
        Sidecar sidecar =
                asked("http://user:p%40ss@127.0.0.1:" + application.getAddress().getPort() + "/ready");
        assertReady("{}", sidecar);
        String basic = Base64.getEncoder().encodeToString("user:p@ss".getBytes(UTF_8));
        assertEquals("Basic " + basic, seen.getFirst("Authorization"));
        application.stop(0);
        String all = sidecar.ready().body()
                + Http.get(sidecar.httpPort(), "/health/ready?verbose").body()
                + Http.get(sidecar.httpPort(), "/status").body()
                + Http.get(sidecar.httpPort(), "/metrics").body()
                + sidecar.process().stderr();
        assertTrue(all.contains("refused the connection"), all);
        assertFalse(all.contains("p%40ss") || all.contains("p@ss") || all.contains("user:"), all);
    }

    @Test
    void headers_areSent_andHostToo() throws IOException {
        HttpServer application = application(HttpServer.create(), "127.0.0.1", "{}");
        assertReady(
                "{}",
                asked(
                        url("http", application),
                        "--application-health-ready-header",
                        "Host: app.example",
                        "--application-health-ready-header=X-Key: a"));
        assertEquals("app.example", seen.getFirst("Host"));
        assertEquals("a", seen.getFirst("X-Key"));
    }

    @Test
    void whatPythonTakesForJson_isReady_andPassedOnAsJson() throws IOException {
        HttpServer application =
                application(HttpServer.create(), "127.0.0.1", "\ufeff{\"load\": NaN, \"name\": \"\u00e9\"}");
        assertReady("{\"load\":null,\"name\":\"\u00e9\"}", asked(url("http", application)));
    }

    @Test
    void privateAuthority_isTrustedIfItIsGiven_andNamedIfNot() throws Exception {
        HttpsServer application = HttpsServer.create();
        application.setHttpsConfigurator(new HttpsConfigurator(identity()));
        application(application, "127.0.0.1", "{}");
        String url = url("https", application);

        assertReady(
                "{}",
                asked(
                        url,
                        "--application-health-ready-ca",
                        folder.resolve("ca.pem").toString()));

        Http.Answer untrusted = asked(url).ready();
        assertEquals(422, untrusted.status(), untrusted.body());
        assertTrue(untrusted.body().contains("CN=app,O=healthcheck test"), untrusted.body());
        assertTrue(untrusted.body().contains("--application-health-ready-ca"), untrusted.body());

        Http.Answer otherHost = asked(
                        url.replace("localhost", "127.0.0.1"),
                        "--application-health-ready-ca",
                        folder.resolve("ca.pem").toString())
                .ready();
        assertEquals(422, otherHost.status(), otherHost.body());
        assertTrue(otherHost.body().contains("not for the host of the URL"), otherHost.body());
    }

    /** What the last request came with. */
    private volatile Headers seen;

    private HttpServer application(HttpServer server, String host, String body) throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getByName(host), 0), 0);
        server.createContext("/ready", exchange -> {
            seen = exchange.getRequestHeaders();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            byte[] bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        processes.add(() -> server.stop(0));
        return server;
    }

    private static String url(String scheme, HttpServer application) {
        return scheme + "://localhost:" + application.getAddress().getPort() + "/ready";
    }

    /** A sidecar with a worker, which asks that URL. */
    private Sidecar asked(String url, String... flags) {
        String[] all = new String[flags.length + 3];
        all[0] = "--application-health-ready-url";
        all[1] = url;
        all[2] = PATIENT;
        System.arraycopy(flags, 0, all, 3, flags.length);
        Sidecar sidecar = processes.sidecar(Jdk.running(), all);
        sidecar.report("workers.lease:60000|g\nworkers:1|g");
        Await.until(
                SOON,
                () -> sidecar.live().status() == 200,
                () -> sidecar.verbose().toString());
        return sidecar;
    }

    private static void assertReady(String body, Sidecar sidecar) {
        Http.Answer ready = Http.request("GET", sidecar.httpPort(), "/health/ready", SOON);
        assertEquals(200, ready.status(), ready.body());
        assertEquals(body, ready.body());
    }

    /** A key for localhost whose certificate a CA of our own has signed; the CA's own is left in {@code ca.pem}. */
    private SSLContext identity() throws GeneralSecurityException, IOException {
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=private CA", "-ext", "bc:c");
        keytool("-exportcert", "-rfc", "-alias", "ca", "-file", "ca.pem");
        keytool("-genkeypair", "-alias", "app", "-dname", "CN=app,O=healthcheck test");
        keytool("-certreq", "-alias", "app", "-file", "app.csr");
        keytool(
                "-gencert",
                "-alias",
                "ca",
                "-ext",
                "san=dns:localhost",
                "-infile",
                "app.csr",
                "-outfile",
                "app.pem",
                "-rfc");
        keytool("-importcert", "-noprompt", "-alias", "app", "-file", "app.pem");
        keytool("-delete", "-alias", "ca");
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("keys"))) {
            store.load(in, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void keytool(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of(Jdk.running().tool("keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", "keys", "-storepass", new String(PASSWORD)));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-validity", "365"));
        }
        List<String> inFolder =
                new ArrayList<>(List.of("sh", "-c", "cd \"$1\" && shift && exec \"$@\"", "sh", folder.toString()));
        inFolder.addAll(command);
        ProcessUnderTest keytool = processes.process("keytool", Map.of(), inFolder);
        assertEquals(0, keytool.awaitExit(Duration.ofSeconds(60)), keytool::describe);
    }
}
