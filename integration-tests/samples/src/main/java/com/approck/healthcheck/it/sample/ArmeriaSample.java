package com.approck.healthcheck.it.sample;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.annotation.Blocking;
import com.linecorp.armeria.server.annotation.Get;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Armeria, whose annotated service runs on the common executor for what blocks, of 200 threads. */
public final class ArmeriaSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final Server server;

    private ArmeriaSample(Options options) {
        server = Server.builder()
                .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), options.port()))
                .requestTimeout(Duration.ZERO)
                .annotatedService(this)
                .build();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new ArmeriaSample(options));
    }

    @Override
    public void start() throws Exception {
        server.start().get();
    }

    /** Every request. */
    @Blocking
    @Get("glob:/**")
    public HttpResponse serve(ServiceRequestContext context) {
        HttpResponse[] response = new HttpResponse[1];
        try {
            faults.serve(
                    context.path(),
                    context.query(),
                    new BufferedReply((status, body) -> response[0] = HttpResponse.of(
                            HttpStatus.valueOf(status), MediaType.PLAIN_TEXT_UTF_8, HttpData.wrap(body))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response[0];
    }

    @Override
    public int port() {
        return server.activeLocalPort();
    }

    @Override
    public void stop() throws Exception {
        server.stop().get();
    }
}
