package com.approck.healthcheck.it.deploy;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The rules, the dashboard and the runbook, as the repository has them. */
final class OperatorFiles {

    static final Path DEPLOY = Path.of("..", "sidecar", "deploy");
    static final Path PROMETHEUS = DEPLOY.resolve("prometheus");
    static final Path RULES = PROMETHEUS.resolve("rules.yaml");
    static final Path RUNBOOK = Path.of("..", "sidecar", "RUNBOOK.md");

    /** A colon marks what the rules record: no sidecar has that. */
    private static final Pattern METRIC = Pattern.compile("(?<![\\w:])healthcheck_[a-z0-9_]+(?![\\w:])");

    private OperatorFiles() {}

    static JsonNode dashboard() throws IOException {
        return new ObjectMapper().readTree(Files.readString(DEPLOY.resolve("grafana/dashboard.json")));
    }

    /** What the dashboard asks Prometheus for, with its variables. */
    static List<String> expressions() throws IOException {
        return dashboard().findValues("expr").stream().map(JsonNode::asString).toList();
    }

    /** The names of metrics in a text. */
    static Set<String> metrics(String text) {
        return METRIC.matcher(text).results().map(MatchResult::group).collect(toCollection(TreeSet::new));
    }

    /** The project's address in the parent's POM, below which the runbook is. */
    static String projectUrl() throws IOException {
        return Pattern.compile("<url>(.+?)</url>")
                .matcher(Files.readString(Path.of("..", "pom.xml")))
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }
}
