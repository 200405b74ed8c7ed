package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Spring Boot with whatever server is on its class path; the second pool is that of the management port. */
public final class SpringBootSample implements Program.Server {

    private final Options options;
    private final Faults faults = new Faults(() -> Program.stop(this));
    private ConfigurableApplicationContext context;

    private SpringBootSample(Options options) {
        this.options = options;
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new SpringBootSample(options));
    }

    @Override
    public void start() {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("logging.level.root", "error");
        properties.put("spring.main.banner-mode", "off");
        properties.put("spring.main.register-shutdown-hook", false);
        properties.put("server.address", "127.0.0.1");
        properties.put("server.port", options.port());
        if (options.threads() > 0) {
            properties.put("server.tomcat.threads.max", options.threads());
            properties.put("server.jetty.threads.max", options.threads());
        }
        if (options.managementPort() >= 0) {
            properties.put("management.server.port", options.managementPort());
        }
        if (options.pool().equals("virtual")) {
            properties.put("spring.threads.virtual.enabled", true);
        }
        context = new SpringApplicationBuilder(Requests.class)
                .initializers(starting -> starting.getBeanFactory().registerSingleton("faults", faults))
                .properties(properties)
                .run();
    }

    @Override
    public int port() {
        return portOf("local.server.port");
    }

    @Override
    public int managementPort() {
        return options.managementPort() < 0 ? -1 : portOf("local.management.port");
    }

    private int portOf(String property) {
        return context.getEnvironment().getRequiredProperty(property, Integer.class);
    }

    @Override
    public void stop() {
        context.close();
    }

    /** Neither of servlets nor of WebFlux, so that it runs on both. */
    @SpringBootApplication(proxyBeanMethods = false)
    @EnableAsync
    @Import(Tasks.class)
    @RestController
    static class Requests {

        private final Tasks tasks;

        Requests(Tasks tasks) {
            this.tasks = tasks;
        }

        @GetMapping("/{path}")
        ResponseEntity<byte[]> serve(@PathVariable("path") String path, @RequestParam Map<String, String> parameters)
                throws IOException {
            return tasks.serve(path, parameters);
        }

        /** The same on Spring's executor of tasks. */
        @GetMapping("/async/{path}")
        CompletableFuture<ResponseEntity<byte[]>> serveAsync(
                @PathVariable("path") String path, @RequestParam Map<String, String> parameters) throws IOException {
            return tasks.serveAsync(path, parameters);
        }
    }

    static class Tasks {

        private final Faults faults;

        Tasks(Faults faults) {
            this.faults = faults;
        }

        ResponseEntity<byte[]> serve(String path, Map<String, String> parameters) throws IOException {
            String query = parameters.entrySet().stream()
                    .map(parameter -> parameter.getKey() + "=" + parameter.getValue())
                    .collect(Collectors.joining("&"));
            Answer answer = new Answer();
            faults.serve("/" + path, query.isEmpty() ? null : query, new BufferedReply((status, body) -> {
                answer.status = status;
                answer.body = body;
            }));
            return ResponseEntity.status(answer.status).body(answer.body);
        }

        @Async
        CompletableFuture<ResponseEntity<byte[]>> serveAsync(String path, Map<String, String> parameters)
                throws IOException {
            return CompletableFuture.completedFuture(serve(path, parameters));
        }
    }

    private static final class Answer {
        private int status;
        private byte[] body;
    }
}
