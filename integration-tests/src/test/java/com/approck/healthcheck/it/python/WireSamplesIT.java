package com.approck.healthcheck.it.python;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.PromisedTimes;
import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Http;
import com.approck.healthcheck.it.support.probe.Prober;
import com.approck.healthcheck.it.support.probe.Prober.Probe;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Moment;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import com.approck.healthcheck.it.support.process.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The samples of {@code WIRE.md}, cut out of the page and run by the real programs. */
final class WireSamplesIT {

    private static final Path PAGE = Path.of("..", "sidecar", "WIRE.md");
    private static final Duration TO_START = Duration.ofSeconds(60);

    @RegisterExtension
    final TestProcesses run = new TestProcesses();

    private Path folder;
    private Sidecar sidecar;
    private Prober prober;

    @BeforeEach
    void startSidecar() throws IOException {
        Path parent = Files.createDirectories(Path.of("target", "it").toAbsolutePath());
        folder = Files.createTempDirectory(parent, "sample");
        sidecar = run.sidecar(Jdk.running());
        prober = run.prober(sidecar);
    }

    @Test
    void node_reportsEachProcess_andABlockedOneFallsSilent() throws IOException {
        Tool.NODE.require();
        sample("healthcheck.js");
        Files.writeString(folder.resolve("app.js"), """
                const cluster = require('node:cluster');
                if (cluster.isPrimary) {
                  for (let i = 0; i < 2; i++) cluster.fork();
                } else {
                  const { drain } = require('./healthcheck.js');
                  const server = require('node:http').createServer((request, response) => {
                    const end = Date.now() + (request.url === '/block' ? 8000 : 0);
                    while (Date.now() < end) {}
                    response.end('pong');
                  });
                  server.listen(0, '127.0.0.1', () => console.log('LISTENING ' + server.address().port));
                  process.on('SIGTERM', () => { drain(); setTimeout(() => process.exit(0), 2000); });
                }
                """);
        ProcessUnderTest node = start("node", Map.of(), "/usr/bin/node", "app.js");
        awaitWorkers(2);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Moment blocked = Moment.now();
        var unused = Http.send(
                Integer.parseInt(node.awaitStdout("LISTENING (\\d+)", TO_START).group(1)), "/block");
        awaitWorkers(1);
        awaitWorkers(2);
        prober.assertOnly(Probe.LIVE, 200, blocked, Moment.now());
        Moment terminated = Moment.now();
        node.handle().children().forEach(worker -> ProcessUnderTest.signal("TERM", worker.pid()));
        prober.await(Probe.READY, 422, terminated, PromisedTimes.AT_ONCE);
        prober.await(Probe.LIVE, 422, terminated, Duration.ofSeconds(2).plus(PromisedTimes.SILENCE_IS_SEEN));
        assertEquals("422 ShuttingDown", notReady(terminated));
    }

    @Test
    void puma_reportsItsWorkers() throws IOException {
        Tool.PUMA.require();
        sample("puma.rb");
        Files.writeString(
                folder.resolve("config.ru"), "run ->(env) { [200, {'content-type' => 'text/plain'}, ['pong']] }\n");
        ProcessUnderTest puma = start(
                "puma", Map.of(), "/usr/bin/puma", "-C", "puma.rb", "-w", "2", "-b", "tcp://127.0.0.1:0", "config.ru");
        awaitWorkers(2);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        List<ProcessHandle> workers = puma.handle().children().toList();
        ProcessUnderTest.signal("KILL", workers.get(0).pid());
        Await.until(
                TO_START,
                () -> puma.handle().children().filter(ProcessHandle::isAlive).count() == 2
                        && !puma.handle().children().toList().equals(workers),
                puma::describe);
        awaitWorkers(2);
        assertDeadAfterKill(puma);
    }

    @Test
    void phpFpm_isReportedByAScriptBeside() throws IOException {
        Tool.PHP_FPM.require();
        Path script = sample("report-fpm.sh");
        Path pidFile = folder.resolve("fpm.pid");
        Files.writeString(folder.resolve("fpm.conf"), """
                [global]
                pid = %s
                error_log = %s
                [www]
                listen = %s
                pm = static
                pm.max_children = 3
                user = nobody
                group = nogroup
                """.formatted(
                        pidFile, folder.resolve("fpm.log"), folder.resolve("fpm.sock")));
        ProcessUnderTest fpm = start(
                "php-fpm",
                Map.of(),
                "/usr/sbin/php-fpm8.2",
                "-n",
                "-y",
                folder.resolve("fpm.conf").toString(),
                "-F",
                "-R");
        Await.until(TO_START, () -> Files.exists(pidFile), fpm::describe);
        start("report-fpm", Map.of(), "/bin/bash", script.toString(), pidFile.toString());
        awaitWorkers(3);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        assertDeadAfterKill(fpm);
    }

    @Test
    void uwsgi_reportsByAMule() throws IOException {
        Tool.UWSGI.require();
        sample("healthcheck_mule.py");
        Files.writeString(folder.resolve("app.py"), """
                def application(environ, start_response):
                    start_response("200 OK", [])
                    return [b"pong"]
                """);
        ProcessUnderTest uwsgi = start(
                "uwsgi",
                Map.of(),
                "/usr/bin/uwsgi",
                "--plugin",
                "python3",
                "--master",
                "--workers",
                "2",
                "--http-socket",
                "127.0.0.1:0",
                "--wsgi-file",
                "app.py",
                "--mule=healthcheck_mule.py");
        awaitWorkers(2);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        assertDeadAfterKill(uwsgi);
    }

    @Test
    void shell_reportsAProgramAsLongAsItsCheckSucceeds() throws IOException {
        Path script = sample("report.sh");
        Path progress = Files.createFile(folder.resolve("progress"));
        Map<String, String> check = Map.of("CHECK", "test -e " + progress);
        // A program that takes two seconds to stop, and ends with a status of its own.
        ProcessUnderTest program = start(
                "report",
                check,
                "/bin/bash",
                script.toString(),
                "/bin/bash",
                "-c",
                "trap 'sleep 2; exit 7' TERM; while true; do sleep 0.1; done");
        awaitWorkers(1);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Files.delete(progress);
        prober.await(Probe.LIVE, 422, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Files.createFile(progress);
        prober.awaitBoth(200, Moment.now(), PromisedTimes.LIFE_IS_SEEN);
        Moment terminated = program.signal("TERM");
        assertEquals(7, program.awaitExit(TO_START));
        prober.await(Probe.LIVE, 422, Moment.now(), PromisedTimes.AT_ONCE);
        assertEquals("422 ShuttingDown", notReady(terminated));
    }

    private Path sample(String name) throws IOException {
        String page = Files.readString(PAGE);
        Matcher block = Pattern.compile(
                        "<!-- sample: " + Pattern.quote(name) + " -->\\n```\\w+\\n(.*?)```\\n", Pattern.DOTALL)
                .matcher(page);
        assertTrue(block.find(), name);
        return Files.writeString(folder.resolve(name), block.group(1));
    }

    private ProcessUnderTest start(String name, Map<String, String> environment, String... command) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("STATSD_PORT", Integer.toString(sidecar.statsdPort()));
        // The samples read files of their own folder.
        List<String> inFolder =
                new ArrayList<>(List.of("/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder.toString()));
        inFolder.addAll(List.of(command));
        return run.process(name, all, inFolder);
    }

    /** Its processes too, which may serve on for a moment and must not report. */
    private void assertDeadAfterKill(ProcessUnderTest process) {
        List<ProcessHandle> children = process.handle().descendants().toList();
        Moment killed = process.signal("KILL");
        children.forEach(ProcessHandle::destroyForcibly);
        prober.awaitBoth(422, killed, PromisedTimes.SILENCE_IS_SEEN);
        assertEquals("stale", sidecar.verbose().get("state").asString());
    }

    private String notReady(Moment since) {
        return prober.storyOf(Probe.READY, since).stream()
                .filter(answer -> !answer.equals("200"))
                .findFirst()
                .orElse("");
    }

    private void awaitWorkers(long workers) {
        Await.until(
                TO_START,
                () -> sidecar.verbose().get("workers").asLong() == workers,
                () -> workers + " workers in " + sidecar.verbose());
    }
}
