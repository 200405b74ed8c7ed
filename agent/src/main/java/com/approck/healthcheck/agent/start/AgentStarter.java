package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.explain.ExplainRequest;
import com.approck.healthcheck.agent.log.Log;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.util.Collections;
import java.util.Map;
import java.util.function.Consumer;

/** Where the agent starts, inside its own class loader: reads the settings and begins to look at classes. */
public final class AgentStarter {
    private AgentStarter() {}

    /**
     * Starts the agent. A wrong setting is one line on stderr, and the agent stays off.
     *
     * @param jar the agent's own jar
     * @param loaded gives the internal names of the classes that were loaded while no transformer of the agent was there; null if
     *     they are unknown
     * @return what explains from now on what the agent sees, to a request as {@link ExplainRequest#parse} takes it; null if
     *     the agent is off
     */
    public static Consumer<String> start(
            String argument, Instrumentation instrumentation, File jar, Consumer<Consumer<String>> loaded) {
        AgentConfig config;
        try {
            config = AgentConfig.read(argument, System.getProperties(), environment());
        } catch (BadSettingException e) {
            new Log(LogLevel.INFO).warn("agent off: " + e.getMessage());
            return null;
        }
        // Nearly always found out before, by the entry class; but that one knows less of how settings are written.
        if (!config.enabled()) {
            return null;
        }
        Log log = new Log(config.log());
        for (String remark : config.remarks()) {
            log.info(remark);
        }
        AgentPipeline pipeline = new AgentPipeline(config, instrumentation, jar, log);
        pipeline.start(loaded);
        return request -> pipeline.explain(ExplainRequest.parse(request));
    }

    /** Explains what there is to see in a JVM in which no agent is at work, and leaves nothing there. Returns at once. */
    public static void look(String request, Instrumentation instrumentation) {
        ExplainRequest parsed = ExplainRequest.parse(request);
        PassingLook.start(parsed, System.getProperties(), environment(), instrumentation);
    }

    private static Map<String, String> environment() {
        try {
            return System.getenv();
        } catch (SecurityException e) {
            return Collections.emptyMap();
        }
    }
}
