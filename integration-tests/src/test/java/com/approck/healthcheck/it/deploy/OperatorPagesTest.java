package com.approck.healthcheck.it.deploy;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The files for operators agree with each other and with the runbook. */
final class OperatorPagesTest {

    private static final Pattern RUNBOOK_LINK = Pattern.compile("runbook_url: (\\S+)#(\\S+)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);
    private static final Pattern ALERT = Pattern.compile("- alert: (\\S+)");

    @Test
    void everyAlert_linksToItsOwnHeadingOfTheRunbook() throws IOException {
        String rules = Files.readString(OperatorFiles.RULES);
        String runbook = Files.readString(OperatorFiles.RUNBOOK);
        Set<String> anchors = anchors(runbook);
        List<String> alerts = ALERT.matcher(rules)
                .results()
                .map(alert -> alert.group(1).toLowerCase(Locale.ROOT))
                .toList();
        List<MatchResult> links = RUNBOOK_LINK.matcher(rules).results().toList();

        assertEquals(alerts, links.stream().map(link -> link.group(2)).toList());
        for (MatchResult link : links) {
            assertEquals(OperatorFiles.projectUrl() + "/sidecar/RUNBOOK.md", link.group(1));
            assertTrue(anchors.contains(link.group(2)), () -> link.group(2) + " in " + anchors);
        }
    }

    @Test
    void everyAlert_isInTheTableOfTheDeploymentPage() throws IOException {
        String page = Files.readString(OperatorFiles.DEPLOY.resolve("README.md"));
        List<String> listed = Pattern.compile("^\\| `(Healthcheck\\w+)` ", Pattern.MULTILINE)
                .matcher(page)
                .results()
                .map(row -> row.group(1))
                .toList();
        List<String> alerts = ALERT.matcher(Files.readString(OperatorFiles.RULES))
                .results()
                .map(alert -> alert.group(1))
                .toList();
        assertEquals(alerts, listed);
    }

    @Test
    void linksOfTheRunbook_leadToItsHeadingsOrToFiles() throws IOException {
        String runbook = Files.readString(OperatorFiles.RUNBOOK);
        List<String> links = Pattern.compile("\\]\\(([^)]+)\\)")
                .matcher(runbook)
                .results()
                .map(link -> link.group(1))
                .toList();
        assertFalse(links.isEmpty());
        for (String link : links) {
            String[] parts = link.split("#", 2);
            Path page = parts[0].isEmpty() ? OperatorFiles.RUNBOOK : OperatorFiles.RUNBOOK.resolveSibling(parts[0]);
            assertTrue(Files.exists(page), link);
            assertTrue(parts.length == 1 || anchors(Files.readString(page)).contains(parts[1]), link);
        }
    }

    @Test
    void prometheusRule_hasTheGroupsOfTheRules() throws IOException {
        Map<String, Object> rules = yaml(Files.readString(OperatorFiles.RULES));
        Map<String, Object> manifest = yaml(Files.readString(OperatorFiles.PROMETHEUS.resolve("prometheus-rule.yaml")));
        assertEquals("PrometheusRule", manifest.get("kind"));
        assertEquals("monitoring.coreos.com/v1", manifest.get("apiVersion"));
        assertEquals(Map.of("groups", rules.get("groups")), manifest.get("spec"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jvm.yaml", "gunicorn.yaml", "before-1.29.yaml"})
    void podMonitor_scrapesThePortThatTheSidecarHasInEachManifest(String manifest) throws IOException {
        JsonNode monitor = new ObjectMapper()
                .valueToTree(yaml(Files.readString(OperatorFiles.PROMETHEUS.resolve("pod-monitor.yaml"))));
        assertEquals("PodMonitor", monitor.get("kind").asString());
        JsonNode endpoint = monitor.at("/spec/podMetricsEndpoints/0");
        assertEquals("/metrics", endpoint.get("path").asString());

        JsonNode pod = new ObjectMapper()
                .valueToTree(yaml(Files.readString(OperatorFiles.DEPLOY.resolve("kubernetes/" + manifest))))
                .at("/spec/template/spec");
        List<JsonNode> ports = Stream.concat(
                        pod.get("initContainers").valueStream(),
                        pod.get("containers").valueStream())
                .filter(container -> container.get("name").asString().equals("healthcheck"))
                .flatMap(container -> container.get("ports").valueStream())
                .filter(port -> port.get("name").equals(endpoint.get("port")))
                .toList();
        assertEquals(1, ports.size(), manifest);
        assertEquals(8000, ports.get(0).get("containerPort").asInt());
    }

    @Test
    void dashboard_hasNoTwoPanelsOfOneIdOrInOnePlace() throws IOException {
        JsonNode panels = OperatorFiles.dashboard().get("panels");
        boolean[][] taken = new boolean[100][24];
        for (JsonNode panel : panels) {
            JsonNode place = panel.get("gridPos");
            for (int y = 0; y < place.get("h").asInt(); y++) {
                for (int x = 0; x < place.get("w").asInt(); x++) {
                    int row = place.get("y").asInt() + y;
                    int column = place.get("x").asInt() + x;
                    assertFalse(taken[row][column], panel::toString);
                    taken[row][column] = true;
                }
            }
        }
        assertEquals(
                panels.size(),
                panels.valueStream()
                        .map(panel -> panel.get("id").asInt())
                        .distinct()
                        .count());
    }

    private static Set<String> anchors(String page) {
        return HEADING.matcher(page)
                .results()
                .map(heading -> anchor(heading.group(1)))
                .collect(toSet());
    }

    /** As GitHub and others make the anchor of a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    private static Map<String, Object> yaml(String text) {
        return new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    }
}
