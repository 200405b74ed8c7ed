package com.approck.healthcheck.it.python;

import static com.approck.healthcheck.it.support.probe.Prober.Probe.LIVE;
import static com.approck.healthcheck.it.support.probe.Prober.Probe.READY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.ApplicationStub;
import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The sidecar in the place of the Python original: the same answers where that is right, better ones where it is not. */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class PythonCompatibilityIT {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    @Test
    void noReport_isNoWorkers() {
        Sidecar sidecar = run.sidecar(jdk);
        assertNoWorkers(sidecar.live());
        assertNoWorkers(sidecar.ready());
    }

    @ParameterizedTest
    @ValueSource(strings = {"workers", "gunicorn.workers", "myapp.gunicorn.workers"})
    void gauge_isAlive_andZeroIsNoWorkers(String name) {
        Sidecar sidecar = run.sidecar(jdk);
        sidecar.report(name + ":3|g");
        awaitWorkers(sidecar, 3);
        assertEmptyOk(sidecar.live());
        assertEmptyOk(sidecar.ready());

        sidecar.report(name + ":0|g");
        awaitWorkers(sidecar, 0);
        assertNoWorkers(sidecar.live());
        assertNoWorkers(sidecar.ready());
    }

    @Test
    void readyUrlWithJson_isPassedOn() {
        Http.Answer ready = readyBehind(ApplicationStub.answering("200 OK", "application/json", "{\"db\":\"ok\"}"));
        assertEquals(200, ready.status());
        assertEquals("{\"db\":\"ok\"}", ready.body());
    }

    @Test
    void readyUrlWithJsonError_isServiceNotReadyWithItsFields() {
        JsonNode ready = assertServiceNotReady(readyBehind(
                ApplicationStub.answering("500 Internal Server Error", "application/json", "{\"db\":\"error\"}")));
        assertEquals(JSON.readTree("{\"db\":\"error\"}"), ready.get("fields"));
    }

    @Test
    void readyUrlWithTextError_isServiceNotReadyWithThatText() {
        JsonNode ready = assertServiceNotReady(
                readyBehind(ApplicationStub.answering("503 Service Unavailable", "text/plain", "down")));
        assertEquals(JSON.readTree("[\"down\"]"), ready.get("non_field_errors"));
    }

    @Test
    void unknownPath_isNotFound() {
        Sidecar sidecar = run.sidecar(jdk);
        for (String path : new String[] {"/nowhere", "/health", "/health/", "/health/live/", "/health/live/x"}) {
            assertEquals(404, Http.get(sidecar.httpPort(), path).status(), path);
        }
    }

    @Test
    void otherMethod_isNotAllowed_andHeadAndOptionsHaveNoBody() {
        Sidecar sidecar = run.sidecar(jdk);
        for (String path : new String[] {"/health/live", "/health/ready", "/livez"}) {
            for (String method : new String[] {"POST", "PUT", "DELETE"}) {
                Http.Answer answer = Http.request(method, sidecar.httpPort(), path, SOON);
                assertEquals(405, answer.status(), method + " " + path);
                assertTrue(answer.header("Allow").contains("GET"), method + " " + path);
            }
            int status = Http.get(sidecar.httpPort(), path).status();
            for (String method : new String[] {"HEAD", "OPTIONS"}) {
                Http.Answer answer = Http.request(method, sidecar.httpPort(), path, SOON);
                assertEquals(status, answer.status(), method + " " + path);
                assertEquals("", answer.body(), method + " " + path);
            }
        }
    }

    @Test
    void livez_isWellWithoutWorkers_andNothingIsStored() {
        Sidecar sidecar = run.sidecar(jdk);
        assertEquals(200, Http.get(sidecar.httpPort(), "/livez").status());
        for (String path :
                new String[] {"/livez", "/health/live", "/health/ready", "/health/live?verbose", "/nowhere"}) {
            assertEquals("no-store", Http.get(sidecar.httpPort(), path).header("Cache-Control"), path);
        }
    }

    // What the original gets wrong.

    @Test
    void readyUrlThatHangs_isNotReadyInTheDeadline_andLiveGoesOn() throws IOException {
        ApplicationStub application = run.add(ApplicationStub.hanging());
        Sidecar sidecar = run.sidecar(jdk, "--application-health-ready-url", application.url());
        sidecar.report("workers:3|g");
        awaitWorkers(sidecar, 3);
        Prober prober = run.prober(sidecar);
        prober.await(LIVE, 200, Moment.now(), PromisedTimes.AT_ONCE);
        Moment from = Moment.now();
        for (int i = 0; i < 3; i++) {
            Http.Answer ready = sidecar.ready();
            assertServiceNotReady(ready);
            assertTrue(ready.elapsed().compareTo(Duration.ofSeconds(2)) < 0, () -> "took " + ready.elapsed());
        }
        prober.assertOnly(LIVE, 200, from, Moment.now());
        assertTrue(prober.after(READY, from).stream().noneMatch(answer -> answer.status() == 200), prober::describe);
    }

    @Test
    void readyUrlThatRefuses_isServiceNotReady() throws IOException {
        ApplicationStub application = ApplicationStub.hanging();
        application.close();
        JsonNode ready = assertServiceNotReady(readyBehind(application));
        assertTrue(ready.get("non_field_errors").get(0).asString().length() > 3, ready::toString);
    }

    @Test
    void readyUrlThatSaysOkInNoJson_isServiceNotReady() {
        JsonNode ready =
                assertServiceNotReady(readyBehind(ApplicationStub.answering("200 OK", "text/html", "<p>fine</p>")));
        assertEquals(JSON.readTree("[\"<p>fine</p>\"]"), ready.get("non_field_errors"));
    }

    @Test
    void readyUrlWhoseJsonIsBroken_isServiceNotReady() {
        assertServiceNotReady(readyBehind(ApplicationStub.answering("200 OK", "application/json", "{\"db\":")));
    }

    @Test
    void readyUrlWhoseJsonHasACharset_isJson() {
        Http.Answer well =
                readyBehind(ApplicationStub.answering("200 OK", "application/json; charset=utf-8", "{\"db\":\"ok\"}"));
        assertEquals(200, well.status());
        assertEquals("{\"db\":\"ok\"}", well.body());
        JsonNode ill = assertServiceNotReady(readyBehind(ApplicationStub.answering(
                "500 Internal Server Error", "application/json; charset=utf-8", "{\"db\":\"error\"}")));
        assertEquals(JSON.readTree("{\"db\":\"error\"}"), ill.get("fields"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "foo:1|c\\nworkers:3|g 3",
                "workers:3|g\\n 3",
                "workers:2|g\\nworkers:3|g\\ngarbage 3",
                "workers:3|g|#env:prod,region:eu:1 3",
                "workers:3|g|#env:prod|c:abc 3",
                "workers:3.0|g 3",
                "workers:3|g|@0.5 3",
                "workers:+4|g 4",
                "workers:3|g\\nworkers:+1|g 4",
                "workers:3|g\\nworkers:-1|g 2",
                "workers:3|g\\nworkers:-7|g 0",
                "workers:-1|g 0",
            })
    void fieldsStatsd_isUnderstood(String datagram, long workers) {
        Sidecar sidecar = run.sidecar(jdk);
        sidecar.report(datagram.replace("\\n", "\n"));
        awaitReport(sidecar, 1);
        assertEquals(workers, sidecar.verbose().get("workers").asLong());
        assertEquals(workers > 0 ? 200 : 422, sidecar.live().status());
        assertEquals(workers > 0 ? 200 : 422, sidecar.ready().status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"workers:5|c", "workers:5|ms", "workers:5|s", "other:5|g", "xworkers:5|g", "a.workers:5|g"})
    void otherTypesAndNames_areNoWorkers(String datagram) {
        Sidecar sidecar = run.sidecar(jdk);
        sidecar.report(datagram);
        awaitReport(sidecar, 1);
        assertNoWorkers(sidecar.live());
        assertEquals("never heard", sidecar.verbose().get("state").asString());
    }

    @Test
    void emitterThatDied_isSeenByItsLease() {
        Sidecar sidecar = run.sidecar(jdk);
        Prober prober = run.prober(sidecar);
        Moment said = Moment.now();
        sidecar.report("workers.lease:2000|g\nworkers:3|g");
        prober.awaitBoth(200, said, PromisedTimes.AT_ONCE);
        prober.awaitBoth(422, said.plus(PromisedTimes.AT_ONCE), Duration.ofSeconds(2));
        assertEquals("stale", sidecar.verbose().get("state").asString());
        assertNoWorkers(sidecar.live());
    }

    @Test
    void emitterWithoutLeaseThatDied_isSeenByTheWorkersTtl() {
        Sidecar sidecar = run.sidecar(jdk, "--workers-ttl", "2");
        Prober prober = run.prober(sidecar);
        Moment said = Moment.now();
        sidecar.report("workers:3|g");
        prober.awaitBoth(200, said, PromisedTimes.AT_ONCE);
        prober.awaitBoth(422, said.plus(PromisedTimes.AT_ONCE), Duration.ofSeconds(2));
        assertEquals("stale", sidecar.verbose().get("state").asString());
    }

    @Test
    void keptAliveConnection_isAnsweredWithoutNaglesDelay() throws IOException {
        Sidecar sidecar = run.sidecar(jdk);
        byte[] request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getByName("localhost"), sidecar.httpPort())) {
            socket.setTcpNoDelay(true);
            OutputStream out = socket.getOutputStream();
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            List<Duration> times = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Moment before = Moment.now();
                readAnswer(out, in, request);
                times.add(Moment.now().since(before));
            }
            // With Nagle's algorithm against delayed acknowledgements every one of them but the first would wait 40 ms.
            times.sort(null);
            assertTrue(times.get(25).compareTo(Duration.ofMillis(20)) < 0, () -> "times " + times);
        }
    }

    private static void readAnswer(OutputStream out, BufferedReader in, byte[] request) throws IOException {
        out.write(request);
        assertTrue(in.readLine().contains("422"));
        int length = 0;
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("Content-Length: ")) {
                length = Integer.parseInt(line.substring("Content-Length: ".length()));
            }
            assertFalse(line.equalsIgnoreCase("Connection: close"), "the connection is kept");
        }
        assertEquals(length, in.skip(length));
    }

    private Http.Answer readyBehind(ApplicationStub application) {
        run.add(application);
        // What is made of an answer is asked here, not how soon.
        Sidecar sidecar = run.sidecar(
                jdk, "--application-health-ready-url", application.url(), "--application-health-ready-timeout", "9s");
        assertNoWorkers(sidecar.ready());
        sidecar.report("workers:3|g");
        awaitWorkers(sidecar, 3);
        assertEmptyOk(sidecar.live());
        return sidecar.ready();
    }

    private static void awaitWorkers(Sidecar sidecar, long workers) {
        Await.until(
                SOON,
                () -> {
                    JsonNode verbose = sidecar.verbose();
                    return verbose.get("workers").asLong() == workers
                            && !verbose.get("state").asString().equals("never heard");
                },
                () -> workers + " workers in " + sidecar.verbose());
    }

    private static void awaitReport(Sidecar sidecar, long datagrams) {
        Await.until(
                SOON,
                () -> sidecar.verbose().get("counters").get("datagrams").asLong() == datagrams,
                () -> datagrams + " datagrams in " + sidecar.verbose());
    }

    private static void assertEmptyOk(Http.Answer answer) {
        assertEquals(200, answer.status(), answer::body);
        assertEquals("{}", answer.body());
        assertEquals("application/json", answer.header("Content-Type"));
    }

    private static void assertNoWorkers(Http.Answer answer) {
        assertRefusal(answer, "NoWorkers");
    }

    private static JsonNode assertServiceNotReady(Http.Answer answer) {
        return assertRefusal(answer, "ServiceNotReady");
    }

    private static JsonNode assertRefusal(Http.Answer answer, String code) {
        assertEquals(422, answer.status(), answer::body);
        assertEquals("application/json", answer.header("Content-Type"));
        JsonNode json = JSON.readTree(answer.body());
        assertEquals(code, json.get("code").asString());
        assertTrue(json.get("description").asString().length() > 10, answer::body);
        return json;
    }
}
