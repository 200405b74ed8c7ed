package com.approck.healthcheck.it.sidecar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.LoadBalancers;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Browser;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.FreePorts;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What load balancers and reverse proxies ask in ways of their own. */
final class BalancersIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir(cleanup = CleanupMode.NEVER) // The browser's children may still write while it is deleted.
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "OPTIONS"})
    void checkOfTheRoot_isTheReadyVerdict(String method) {
        Sidecar sidecar = processes.sidecar(Jdk.running());
        assertEquals(422, Http.request(method, sidecar.httpPort(), "/", SOON).status());
        sidecar.report("workers:1|g");
        Await.until(
                SOON,
                () -> Http.request(method, sidecar.httpPort(), "/", SOON).status() == 200,
                () -> sidecar.ready().body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 192.0.2.1 192.0.2.2 1234 8000\r\n",
                "PROXY UNKNOWN\r\n",
                "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u000c\u00c0\0\u0002\u0001\u00c0\0\u0002\u0002\u0004\u00d2\u001f@"
            })
    void proxyHeader_isRefusedWithASentence(String header) throws IOException {
        Sidecar sidecar = processes.sidecar(Jdk.running());
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), sidecar.httpPort())) {
            socket.setSoTimeout((int) SOON.toMillis());
            socket.getOutputStream().write((header + "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
            assertTrue(answer.contains("This port takes no PROXY protocol"), answer);
        }
        assertEquals(200, Http.get(sidecar.httpPort(), "/livez").status());
    }

    @Test
    void page_worksBelowAPathPrefix() throws IOException {
        Tool.NGINX.require();
        Tool.CHROMIUM.require();
        Sidecar sidecar = processes.sidecar(Jdk.running());
        sidecar.report("workers:3|g");
        int port = FreePorts.next();
        ProcessUnderTest nginx = LoadBalancers.nginx(
                processes,
                folder,
                "events {} http { " + LoadBalancers.NGINX_FOLDERS + " server { listen 127.0.0.1:" + port
                        + "; location /hc/ { proxy_pass http://127.0.0.1:" + sidecar.httpPort() + "/; } } }");
        Browser page = processes.add(Browser.start(folder.resolve("profile")));

        awaitPort(port, nginx);
        page.open("http://127.0.0.1:" + port + "/hc/");
        page.await("document.querySelector('#live .status')?.textContent.includes('200')");
        sidecar.report("workers:0|g");
        page.await("document.querySelector('#live .status')?.textContent.includes('422')");
        assertEquals(List.of(), page.troubles());
    }

    private static void awaitPort(int port, ProcessUnderTest nginx) {
        Await.until(
                SOON,
                () -> {
                    try {
                        return Http.ask("GET", port, "/hc/livez", SOON).status() == 200;
                    } catch (IOException notYet) {
                        return false;
                    }
                },
                nginx::describe);
    }
}
