package com.approck.healthcheck.agent.start;

import com.approck.healthcheck.agent.config.AgentConfig;
import com.approck.healthcheck.agent.config.AgentConfig.LogLevel;
import com.approck.healthcheck.agent.config.BadSettingException;
import com.approck.healthcheck.agent.log.Log;
import java.io.File;
import java.lang.instrument.Instrumentation;
import java.util.Collections;
import java.util.Map;

/** Where the agent starts, inside its own class loader: reads the settings and begins to look at classes. */
public final class AgentStarter {
    private AgentStarter() {}

    /**
     * Starts the agent. A wrong setting is one line on stderr, and the agent stays off.
     *
     * @param jar the agent's own jar
     */
    public static void start(String argument, Instrumentation instrumentation, File jar) {
        AgentConfig config;
        try {
            config = AgentConfig.read(argument, System.getProperties(), environment());
        } catch (BadSettingException e) {
            new Log(LogLevel.INFO).complain("agent off: " + e.getMessage());
            return;
        }
        // Nearly always found out before, by the entry class; but that one knows less of how settings are written.
        if (!config.enabled()) {
            return;
        }
        Log log = new Log(config.log());
        for (String remark : config.remarks()) {
            log.info(remark);
        }
        new AgentPipeline(config, instrumentation, jar, log).start();
    }

    private static Map<String, String> environment() {
        try {
            return System.getenv();
        } catch (SecurityException e) {
            return Collections.emptyMap();
        }
    }
}
