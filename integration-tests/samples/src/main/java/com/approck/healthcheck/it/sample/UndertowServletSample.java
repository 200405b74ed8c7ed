package com.approck.healthcheck.it.sample;

import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Undertow with a servlet deployment. {@code pool=dispatch}: its servlet runs on four threads of the program's; {@code
 * pool=async}: what its servlet does asynchronously.
 */
public final class UndertowServletSample implements Program.Server {

    private final Undertow server;

    private UndertowServletSample(Options options) throws ServletException {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        boolean isAsync = options.pool().equals("async");
        FaultServlet servlet = new FaultServlet(new Faults(() -> Program.stop(this)), isAsync);
        DeploymentInfo deployment = Servlets.deployment()
                .setClassLoader(UndertowServletSample.class.getClassLoader())
                .setContextPath("/")
                .setDeploymentName("sample")
                .addServlet(Servlets.servlet("faults", FaultServlet.class, new ImmediateInstanceFactory<>(servlet))
                        .addMapping("/*")
                        .setAsyncSupported(true));
        if (isAsync) {
            deployment.setAsyncExecutor(executor);
        } else if (options.pool().equals("dispatch")) {
            deployment.setExecutor(executor);
        }
        DeploymentManager manager = Servlets.defaultContainer().addDeployment(deployment);
        manager.deploy();
        server = Undertow.builder()
                .addHttpListener(options.port(), "localhost")
                .setHandler(manager.start())
                .build();
    }

    public static void main(String[] args) throws Exception {
        Options options = new Options(args);
        Program.run(options, new UndertowServletSample(options));
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public int port() {
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    }

    @Override
    public void stop() {
        server.stop();
    }

    private static final class FaultServlet extends HttpServlet {

        private static final long serialVersionUID = 1;

        private final transient Faults faults;
        private final boolean isAsync;

        FaultServlet(Faults faults, boolean isAsync) {
            this.faults = faults;
            this.isAsync = isAsync;
        }

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (!isAsync) {
                serve(request, response);
                return;
            }
            AsyncContext context = request.startAsync();
            context.setTimeout(0);
            context.start(() -> {
                try {
                    serve(request, response);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                context.complete();
            });
        }

        private void serve(HttpServletRequest request, HttpServletResponse response) throws IOException {
            faults.serve(request.getRequestURI(), request.getQueryString(), new Reply() {
                @Override
                public void status(int status) {
                    response.setStatus(status);
                    response.setContentType("text/plain");
                }

                @Override
                public OutputStream body() throws IOException {
                    return response.getOutputStream();
                }
            });
        }
    }
}
