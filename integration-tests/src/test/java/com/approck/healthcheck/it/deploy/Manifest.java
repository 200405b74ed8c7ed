package com.approck.healthcheck.it.deploy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1PodSpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A Deployment in YAML, read by Kubernetes' own model. */
final class Manifest {

    /** What the API reference allows in a Deployment; the model takes any text for these. */
    private static final Map<String, Set<String>> ENUMERATED = Map.of(
            "kind", Set.of("Deployment"),
            "apiVersion", Set.of("apps/v1"),
            "restartPolicy", Set.of("Always"),
            "imagePullPolicy", Set.of("Always", "IfNotPresent", "Never"),
            "protocol", Set.of("TCP", "UDP", "SCTP"),
            "scheme", Set.of("HTTP", "HTTPS"),
            "type", Set.of("RuntimeDefault", "Unconfined", "Localhost"),
            "drop", Set.of("ALL"));

    private Manifest() {}

    /** Throws if Kubernetes does not know a field, misses one, or wants another type or value. */
    static V1Deployment deployment(String manifest) throws IOException {
        Object yaml = new Yaml(new SafeConstructor(new LoaderOptions())).load(manifest);
        checkEnumerated("", yaml);
        JsonElement json = new Gson().toJsonTree(yaml);
        V1Deployment.validateJsonElement(json);
        return JSON.getGson().fromJson(json, V1Deployment.class);
    }

    static V1PodSpec pod(String manifest) throws IOException {
        return deployment(manifest).getSpec().getTemplate().getSpec();
    }

    /** Throws if a field that allows a few values only has another. */
    private static void checkEnumerated(String name, Object value) {
        if (value instanceof Map<?, ?> fields) {
            fields.forEach((field, of) -> checkEnumerated(field.toString(), of));
        } else if (value instanceof List<?> list) {
            list.forEach(of -> checkEnumerated(name, of));
        } else if (ENUMERATED.containsKey(name) && !ENUMERATED.get(name).contains(value)) {
            throw new IllegalArgumentException(name + " is " + value + ", not one of " + ENUMERATED.get(name));
        }
    }
}
