package com.approck.healthcheck.it.sample;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.Context;
import org.apache.tomcat.websocket.server.WsSci;

/** {@link TomcatSample} with WebSockets at {@code /socket}: a message is a path, and its answer a message. */
public final class TomcatWebSocketSample {

    private TomcatWebSocketSample() {}

    public static void main(String[] args) throws Exception {
        TomcatSample.run(TomcatWebSocketSample::addWebSockets, args);
    }

    private static void addWebSockets(Context context, Faults faults) {
        context.addServletContainerInitializer(new WsSci(), null);
        context.addServletContainerInitializer((classes, started) -> deploy(started, faults), null);
    }

    private static void deploy(ServletContext context, Faults faults) throws ServletException {
        ServerContainer container = (ServerContainer) context.getAttribute(ServerContainer.class.getName());
        try {
            container.addEndpoint(ServerEndpointConfig.Builder.create(Socket.class, "/socket")
                    .configurator(new ServerEndpointConfig.Configurator() {
                        @Override
                        public <T> T getEndpointInstance(Class<T> type) {
                            return type.cast(new Socket(faults));
                        }
                    })
                    .build());
        } catch (DeploymentException e) {
            throw new ServletException(e);
        }
    }

    private static final class Socket extends Endpoint {

        private final Faults faults;

        Socket(Faults faults) {
            this.faults = faults;
        }

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            // No lambda: Tomcat reads the type of the message off the class.
            session.addMessageHandler(new MessageHandler.Whole<String>() {
                @Override
                public void onMessage(String message) {
                    serve(session, message);
                }
            });
        }

        private void serve(Session session, String path) {
            try {
                faults.serve(
                        path,
                        null,
                        new BufferedReply((status, body) -> send(session, new String(body, StandardCharsets.UTF_8))));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void send(Session session, String text) {
            try {
                session.getBasicRemote().sendText(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
