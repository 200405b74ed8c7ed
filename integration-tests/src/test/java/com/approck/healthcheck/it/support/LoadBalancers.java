package com.approck.healthcheck.it.support;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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

    /** What HAProxy says at its stats socket: of each line the fields by their names; nothing while it is not there. */
    public static List<Map<String, String>> haproxyStats(Path socket) {
        String answer;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap("show stat\n".getBytes(US_ASCII)));
            answer = new String(Channels.newInputStream(channel).readAllBytes(), US_ASCII);
        } catch (IOException notYet) {
            return List.of();
        }
        List<String> names =
                List.of(answer.lines().findFirst().orElse("").replace("# ", "").split(",", -1));
        List<Map<String, String>> rows = new ArrayList<>();
        answer.lines().skip(1).filter(line -> !line.isEmpty()).forEach(line -> {
            String[] values = line.split(",", -1);
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < names.size() && i < values.length; i++) {
                row.put(names.get(i), values[i]);
            }
            rows.add(row);
        });
        return rows;
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
