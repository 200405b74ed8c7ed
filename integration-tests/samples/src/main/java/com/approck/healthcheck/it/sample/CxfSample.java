package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.apache.cxf.endpoint.Server;
import org.apache.cxf.jaxrs.JAXRSServerFactoryBean;

/** Apache CXF, whose transport for HTTP starts a Jetty. */
public final class CxfSample implements Program.Server {

    private final Faults faults = new Faults(() -> Program.stop(this));
    private final int port;
    private Server server;

    private CxfSample(Options options) throws IOException {
        port = options.port() > 0 ? options.port() : freePort();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new CxfSample(options));
    }

    /** CXF does not say which port the kernel chose. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void start() {
        JAXRSServerFactoryBean factory = new JAXRSServerFactoryBean();
        factory.setServiceBean(new FaultResource(faults));
        factory.setAddress("http://127.0.0.1:" + port + "/");
        server = factory.create();
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public void stop() {
        server.destroy();
    }
}
