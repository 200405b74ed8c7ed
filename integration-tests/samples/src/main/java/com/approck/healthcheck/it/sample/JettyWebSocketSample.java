package com.approck.healthcheck.it.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** {@link JettySample} with WebSockets at {@code /socket}: a message is a path, and its answer a message. */
public final class JettyWebSocketSample {

    private JettyWebSocketSample() {}

    public static void main(String[] args) throws Exception {
        JettySample.run(JettyWebSocketSample::withWebSockets, args);
    }

    private static Handler withWebSockets(Handler handler, Server server, Faults faults) {
        WebSocketUpgradeHandler upgrade = WebSocketUpgradeHandler.from(
                server,
                container -> container.addMapping("/socket", (request, response, callback) -> new Socket(faults)));
        upgrade.setHandler(handler);
        return upgrade;
    }

    /** Public, as Jetty calls it by method handles. */
    public static final class Socket extends Session.Listener.AbstractAutoDemanding {

        private final Faults faults;

        Socket(Faults faults) {
            this.faults = faults;
        }

        @Override
        public void onWebSocketText(String message) {
            try {
                faults.serve(
                        message,
                        null,
                        new BufferedReply((status, body) ->
                                getSession().sendText(new String(body, StandardCharsets.UTF_8), Callback.NOOP)));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
