package com.approck.healthcheck.agent;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.instrument.Instrumentation;
import java.net.URISyntaxException;
import java.security.AllPermission;
import java.security.CodeSource;
import java.security.Permissions;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The entry that the JVM calls, at start ({@code -javaagent}) or in a running JVM (attach).
 *
 * <p>It only opens the door: it makes the agent's own class loader and hands over. Nothing that it does ever throws into
 * the JVM; what goes wrong is one line on stderr, and the application runs on without the agent.
 */
public final class Agent {
    private static final String STARTUP = "com.approck.healthcheck.agent.weave.Startup";

    private static final String ATTACHER = "com.approck.healthcheck.agent.attach.Attacher";

    private static final String POLICY = "; the policy of the security manager must say: grant codeBase"
            + " \"file:/path/to/healthcheck-agent.jar\" { permission java.security.AllPermission; };";

    private static boolean installed;

    private Agent() {}

    /** Called by the JVM before the application's {@code main}. Never throws. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        install(arguments, instrumentation);
    }

    /** Called by the JVM when the agent is attached while the application runs. Never throws. */
    public static void agentmain(String arguments, Instrumentation instrumentation) {
        install(arguments, instrumentation);
    }

    /**
     * Attaches the agent to a running JVM: {@code java -jar healthcheck-agent.jar PID [key=value,...]}. Exits with 0 if it
     * is attached, with 1 if it can't be and with 2 if the command is wrong; a sentence on stderr says why.
     */
    public static void main(String[] arguments) throws Exception {
        File jar = jar();
        Object exitCode = IsolatedLoader.load(ATTACHER, jar)
                .getMethod("run", PrintStream.class, PrintStream.class, File.class, String[].class)
                .invoke(null, System.out, System.err, jar, arguments);
        System.exit((Integer) exitCode);
    }

    private static File jar() throws URISyntaxException {
        return new File(
                Agent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** A second call, by the agent named twice or attached again, changes nothing. */
    private static synchronized void install(String arguments, Instrumentation instrumentation) {
        try {
            if (installed || !enabled(arguments)) {
                return;
            }
            installed = true;
            File jar = jar();
            IsolatedLoader.load(STARTUP, jar)
                    .getMethod("start", String.class, Instrumentation.class, File.class)
                    .invoke(null, arguments, instrumentation, jar);
        } catch (Throwable e) {
            System.err.println("healthcheck: agent off: it could not start: " + e
                    + (e.getCause() == null ? "" : ": " + e.getCause())
                    + (e instanceof SecurityException || e.getCause() instanceof SecurityException ? POLICY : ""));
        }
    }

    /**
     * Whether {@code enabled} is anything but {@code false}. Read here and not with the other settings, since an agent
     * that is switched off loads no class but this one. An argument beats the property, which beats the environment.
     */
    private static boolean enabled(String arguments) {
        String value = System.getProperty("healthcheck.enabled", System.getenv("HEALTHCHECK_ENABLED"));
        if (arguments != null) {
            for (String argument : arguments.split(",", -1)) {
                String trimmed = argument.trim();
                if (trimmed.startsWith("enabled=")) {
                    value = trimmed.substring("enabled=".length());
                }
            }
        }
        return value == null || !value.trim().toLowerCase(Locale.ROOT).equals("false");
    }

    /**
     * Defines the agent's classes and its relocated libraries from the jar's {@code META-INF/agent/}, out of the
     * application's sight and with nothing of the application in theirs: the parent is the boot loader.
     */
    private static final class IsolatedLoader extends ClassLoader {
        private static final String FOLDER = "META-INF/agent/";

        static {
            registerAsParallelCapable();
        }

        private final JarFile jar;

        /**
         * With no place that its classes come from: of one, the JVM would take note for its archives of classes, and not
         * find them there. And with all permissions, as the entry class had to have them to get here.
         */
        private final ProtectionDomain domain;

        IsolatedLoader(File file) throws IOException {
            super(null);
            // Not verified: the JVM itself has already opened this jar and runs its code.
            this.jar = new JarFile(file, false);
            Permissions all = new Permissions();
            all.add(new AllPermission());
            this.domain = new ProtectionDomain(new CodeSource(null, (Certificate[]) null), all);
        }

        /** Here and not with its callers, whose verification would load this class even where it is not used. */
        static Class<?> load(String className, File jar) throws IOException, ClassNotFoundException {
            return Class.forName(className, true, new IsolatedLoader(jar));
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            JarEntry entry = jar.getJarEntry(FOLDER + name.replace('.', '/') + ".class");
            if (entry == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes;
            try (InputStream in = jar.getInputStream(entry)) {
                bytes = readFully(in);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
            return defineClass(name, bytes, 0, bytes.length, domain);
        }

        @Override
        public InputStream getResourceAsStream(String name) {
            JarEntry entry = jar.getJarEntry(FOLDER + name);
            if (entry == null) {
                entry = jar.getJarEntry(name);
            }
            try {
                return entry == null ? null : jar.getInputStream(entry);
            } catch (IOException e) {
                return null;
            }
        }

        private static byte[] readFully(InputStream in) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream(8192);
            byte[] buffer = new byte[8192];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
            }
            return out.toByteArray();
        }
    }
}
