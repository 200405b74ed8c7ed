package com.approck.healthcheck.it.support;

import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real HAProxy or nginx in the foreground, with its settings and all its files in one folder of the test. */
public final class LoadBalancers {

    /** Debian's folders for these files belong to root. */
    public static final String NGINX_FOLDERS =
            "access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;"
                    + " uwsgi_temp_path uwsgi; scgi_temp_path scgi;";

    private LoadBalancers() {}

    public static ProcessUnderTest haproxy(TestProcesses processes, Path folder, String settings) throws IOException {
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), settings);
        return processes.process("haproxy", Map.of(), List.of("/usr/sbin/haproxy", "-db", "-f", file.toString()));
    }

    public static ProcessUnderTest nginx(TestProcesses processes, Path folder, String settings) throws IOException {
        Path file = Files.writeString(folder.resolve("nginx.conf"), settings);
        String foreground = "daemon off; master_process off; pid " + folder.resolve("pid") + ";";
        return processes.process(
                "nginx",
                Map.of(),
                List.of(
                        "/usr/sbin/nginx",
                        "-e",
                        "stderr",
                        "-p",
                        folder + "/",
                        "-g",
                        foreground,
                        "-c",
                        file.toString()));
    }
}
