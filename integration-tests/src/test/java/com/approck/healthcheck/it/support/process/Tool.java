package com.approck.healthcheck.it.support.process;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A program that Debian packages and that some tests run beside the sidecar. Where it is missing, such a test fails under
 * {@code CI=true}; elsewhere it is skipped, and says how to install what it wants.
 */
public record Tool(String debianPackage, List<String> check) {
    public static final Tool GUNICORN = new Tool("gunicorn", List.of("/usr/bin/gunicorn", "--version"));
    public static final Tool GEVENT = new Tool("python3-gevent", List.of("/usr/bin/python3", "-c", "import gevent"));
    public static final Tool PYFLAKES = new Tool("pyflakes3", List.of("/usr/bin/pyflakes3", "--version"));
    public static final Tool MYPY = new Tool("mypy", List.of("/usr/bin/mypy", "--version"));
    public static final Tool UVICORN = new Tool("uvicorn", List.of("/usr/bin/python3", "-c", "import uvicorn"));
    public static final Tool HYPERCORN =
            new Tool("python3-hypercorn", List.of("/usr/bin/python3", "-c", "import hypercorn"));
    public static final Tool CELERY = new Tool("celery", List.of("/usr/bin/python3", "-c", "import celery"));
    /** The broker of Celery. */
    public static final Tool REDIS = new Tool("redis-server", List.of("/usr/bin/redis-server", "--version"));

    /** It is started with its own settings, and brings Erlang. */
    public static final Tool RABBITMQ = new Tool(
            "rabbitmq-server",
            List.of("/bin/sh", "-c", "test -x /usr/lib/rabbitmq/bin/rabbitmq-server -a -x /usr/bin/epmd"));

    public static final Tool PYTHON_REDIS =
            new Tool("python3-redis", List.of("/usr/bin/python3", "-c", "import redis"));
    public static final Tool NODE = new Tool("nodejs", List.of("/usr/bin/node", "--version"));
    public static final Tool PUMA = new Tool("puma", List.of("/usr/bin/puma", "--version"));
    public static final Tool PHP_FPM = new Tool("php8.2-fpm", List.of("/usr/sbin/php-fpm8.2", "-v"));
    public static final Tool UWSGI =
            new Tool("uwsgi-plugin-python3", List.of("/usr/bin/uwsgi", "--plugin", "python3", "--version"));
    public static final Tool CHROMIUM =
            new Tool("chromium-headless-shell", List.of("/usr/bin/chromium-headless-shell", "--version"));
    /** A StatsD server, among much else. */
    public static final Tool COLLECTD = new Tool("collectd-core", List.of("/usr/sbin/collectd", "-h"));
    /** Its files alone are used, in a base of the test's own. */
    public static final Tool TOMCAT = new Tool(
            "tomcat10",
            List.of(
                    "/bin/sh",
                    "-c",
                    "test -x /usr/share/tomcat10/bin/catalina.sh -a -f /usr/share/tomcat10/etc/web.xml"));

    /** Brings libfaketime. */
    public static final Tool FAKETIME = new Tool("faketime", List.of("/usr/bin/faketime", "--version"));

    public static final Tool COMPILER = new Tool("gcc", List.of("/usr/bin/gcc", "--version"));
    public static final Tool IPROUTE2 = new Tool("iproute2", List.of("/sbin/ip", "-V"));

    public static final Tool HAPROXY = new Tool("haproxy", List.of("/usr/sbin/haproxy", "-v"));
    public static final Tool NGINX = new Tool("nginx", List.of("/usr/sbin/nginx", "-v"));
    /** Puts agents into JVMs where there is no JDK. */
    public static final Tool JATTACH = new Tool("jattach", List.of("/bin/sh", "-c", "test -x /usr/bin/jattach"));
    /** Brings systemd-analyze. */
    public static final Tool SYSTEMD = new Tool("systemd", List.of("/usr/bin/systemd-analyze", "--version"));
    /** Brings promtool. */
    public static final Tool PROMETHEUS = new Tool("prometheus", List.of("/usr/bin/promtool", "--version"));

    /** Reads the Compose file; starts nothing. */
    public static final Tool COMPOSE = new Tool("docker-compose", List.of("/usr/bin/docker-compose", "--version"));

    /** Debian's kubernetes-client, or another package that brings the same program. */
    public static final Tool KUBECTL =
            new Tool("kubernetes-client", List.of("/usr/bin/kubectl", "version", "--client"));

    /** The system's own interpreter: Debian's packages are for it and no other. */
    public static String python() {
        return "/usr/bin/python3";
    }

    /** Fails or skips the calling test unless the tool is there. */
    public void require() {
        if (!isThere()) {
            missing(debianPackage);
        }
    }

    private static void missing(String debianPackage) {
        String missing = debianPackage + " is missing: apt-get install " + debianPackage;
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(missing);
        }
        abort(missing);
    }

    private boolean isThere() {
        if (!Files.isExecutable(Path.of(check.get(0)))) {
            return false;
        }
        try (ProcessUnderTest process = ProcessUnderTest.start(debianPackage + "-check", Map.of(), check)) {
            return process.awaitExit(Duration.ofSeconds(30)) == 0;
        }
    }
}
