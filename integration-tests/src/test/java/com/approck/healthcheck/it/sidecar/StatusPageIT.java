package com.approck.healthcheck.it.sidecar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.support.Sidecar;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.probe.Browser;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.Tool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The status page, as a browser shows it. */
final class StatusPageIT {

    private static final String HOSTILE = "<img src=x onerror=hacked=1>";

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @TempDir(cleanup = CleanupMode.NEVER) // The browser's children may still write while it is deleted.
    Path profile;

    private Sidecar sidecar;
    private Browser page;

    @BeforeEach
    void open() {
        Tool.CHROMIUM.require();
        sidecar = processes.sidecar(Jdk.running());
        page = processes.add(Browser.start(profile));
    }

    @Test
    void page_showsWhatIsSo_updatesItself_andSaysWhenItHasLostTheSidecar() {
        page.open(address());
        awaitText("#live .status", "✗ 422 NoWorkers");
        awaitText("#live .why", "No report about workers was received");
        page.evaluate("window.sameDocument = true");

        sidecar.report("workers:3|g\nworkers.pool.http:3|g\nworkers.pool.http.capacity:5|g"
                + "\nworkers.pool.http.busy:2|g\nworkers.pool.http.stuck:1|g\nworkers.pool.http.queued:4|g");
        awaitText("#live .status", "✓ 200");
        awaitText("#ready .status", "✓ 200");
        awaitText("#said", "Live: 200. Ready: 200.");
        awaitText("#sources", "127.0.0.1:");
        awaitText("#sources tbody tr:nth-child(2)", "http\t3\t5\t2\t1\t4\t");
        awaitText("#transitions", "live and ready");
        awaitText("#plot title", "Able workers: now 3 of 5, lowest");
        page.await("document.querySelectorAll('#plot path').length === 4");
        page.await("document.querySelectorAll('#plot rect.up').length === 2");
        assertTrue(isReadAloud("Able workers: now 3 of 5"), "the plot has a name for who cannot see it");
        assertTrue(isReadAloud("Source, pool"), "the table has its heads");

        sidecar.report("workers:0|g");
        awaitText("#live .status", "✗ 422 NoWorkers");
        awaitText("#live .why", "There has been no able worker for");
        awaitText("#transitions", "422 NoWorkers");
        page.await("document.title.startsWith('✗')");

        sidecar.process().close();
        page.await("document.querySelector('#lost').checkVisibility()");
        awaitText("#lost", "Lost the sidecar: no answer since");
        sidecar.restart();
        page.await("!document.querySelector('#lost').checkVisibility()");
        awaitText("#live .why", "No report about workers was received");

        page.await("window.sameDocument");
        assertEquals(List.of(), page.troubles());
    }

    @Test
    void hostileNames_areText_andNothingOfThemRuns() {
        sidecar.report("workers:3|g");
        page.open(address());
        awaitText("#live .status", "✓ 200");
        sidecar.report("workers.pool." + HOSTILE + ":0|g\nworkers.pool.</script><script>hacked=1</script>:1|g");
        awaitText("#sources", HOSTILE);
        awaitText("#live .why", "Pool " + HOSTILE);
        awaitText("#transitions", HOSTILE);
        assertEquals(0, page.evaluate("document.querySelectorAll('img').length").asInt());
        assertTrue(page.evaluate("window.hacked === undefined").asBoolean());
        assertEquals(List.of(), page.troubles());

        // Even what got in would not run.
        page.evaluate(
                "const s = document.createElement('script'); s.textContent = 'hacked = 1'; document.body.append(s)");
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '" + HOSTILE + "')");
        page.await("document.querySelectorAll('img').length === 1");
        assertTrue(page.evaluate("window.hacked === undefined").asBoolean());
        assertNotEquals(List.of(), page.troubles());
    }

    @Test
    void page_fitsAPhone_andTheDark() {
        sidecar.report(
                "workers.lease:600000|g\nworkers:3|g\nworkers.pool." + "a-long-name-of-a-pool".repeat(5) + ":3|g");
        page.command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
        page.open(address());
        awaitText("#sources", "a-long-name");
        assertTrue(
                page.evaluate("document.documentElement.scrollWidth").asInt() <= 360, "nothing sticks out of a phone");
        String background = "getComputedStyle(document.body).backgroundColor";
        String light = page.evaluate(background).asString();
        page.command(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", "dark"))));
        page.await(background + " !== '" + light + "'");
    }

    private String address() {
        return "http://localhost:" + sidecar.httpPort() + "/";
    }

    private void awaitText(String selector, String part) {
        page.await("(e => e && (e.innerText ?? e.textContent).includes(" + quoted(part) + "))(document.querySelector("
                + quoted(selector) + "))");
    }

    private static String quoted(String text) {
        return "'" + text.replace("\t", "\\t") + "'";
    }

    /** Whether something in the tree that screen readers get has this in its name. */
    private boolean isReadAloud(String part) {
        JsonNode tree = page.command("Accessibility.getFullAXTree", Map.of());
        for (JsonNode node : tree.get("nodes")) {
            if (node.path("name").path("value").asString("").contains(part)) {
                return true;
            }
        }
        return false;
    }
}
