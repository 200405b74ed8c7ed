package com.approck.healthcheck.sidecar.http;

import com.approck.healthcheck.sidecar.text.RateLimitedLog;
import java.io.Serial;
import java.text.MessageFormat;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jboss.logging.LoggerProvider;

/**
 * Lets Undertow and XNIO log to the sidecar's own log: warnings and errors, at a limited rate, because clients can cause some of them.
 *
 * <p>JBoss Logging finds it as a service. Its other choice is {@code java.util.logging}, whose start costs more than the rest of the
 * sidecar's.
 */
public final class LibraryLoggers implements LoggerProvider {
    private static final AtomicReference<RateLimitedLog> LOG = new AtomicReference<>();

    /** Sets where all libraries of this JVM log to; until then they log nowhere. */
    static void logTo(RateLimitedLog log) {
        // Otherwise JBoss Logging looks for translations of its messages, class by class.
        System.setProperty("org.jboss.logging.locale", "ROOT");
        LOG.set(log);
    }

    @Override
    public Logger getLogger(String name) {
        return new LibraryLogger(name);
    }

    @Override
    public Map<String, Object> getMdcMap() {
        return Map.of();
    }

    @Override
    public Object getMdc(String key) {
        return null;
    }

    @Override
    public Object putMdc(String key, Object value) {
        return null;
    }

    @Override
    public void removeMdc(String key) {}

    @Override
    public void clearMdc() {}

    @Override
    public String getNdc() {
        return null;
    }

    @Override
    public String peekNdc() {
        return "";
    }

    @Override
    public String popNdc() {
        return "";
    }

    @Override
    public void pushNdc(String message) {}

    @Override
    public int getNdcDepth() {
        return 0;
    }

    @Override
    public void setNdcMaxDepth(int maxDepth) {}

    @Override
    public void clearNdc() {}

    private static final class LibraryLogger extends Logger {
        @Serial
        private static final long serialVersionUID = 1L;

        private static final String CHUNK_PARSER = "io.undertow.conduits.ChunkReader";

        LibraryLogger(String name) {
            super(name);
        }

        @Override
        public boolean isEnabled(Level level) {
            return level.compareTo(Level.WARN) <= 0;
        }

        @Override
        protected void doLog(Level level, String caller, Object message, Object[] parameters, Throwable thrown) {
            if (isEnabled(level)) {
                String text = String.valueOf(message);
                write(
                        parameters == null || parameters.length == 0 ? text : MessageFormat.format(text, parameters),
                        thrown);
            }
        }

        @Override
        protected void doLogf(Level level, String caller, String format, Object[] parameters, Throwable thrown) {
            if (isEnabled(level)) {
                write(parameters == null ? format : String.format(format, parameters), thrown);
            }
        }

        private void write(String text, Throwable thrown) {
            RateLimitedLog log = LOG.get();
            if (log != null && !isClientError(thrown)) {
                log.warn(getName() + ": " + text, thrown);
            }
        }

        /** Whether Undertow could not parse a chunked body. It logs that as an error of its own where a trailer's name is not ASCII. */
        private static boolean isClientError(Throwable thrown) {
            return thrown instanceof RuntimeException
                    && Arrays.stream(thrown.getStackTrace())
                            .anyMatch(frame -> frame.getClassName().startsWith(CHUNK_PARSER));
        }
    }
}
