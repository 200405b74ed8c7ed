package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.client.ProbeClient;
import com.approck.healthcheck.sidecar.config.ParseResult;
import com.approck.healthcheck.sidecar.config.PythonHooks;
import com.approck.healthcheck.sidecar.config.Settings;
import com.approck.healthcheck.sidecar.config.SettingsReader;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.LogWriter;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code java -jar healthcheck-sidecar.jar}. */
public final class Main {
    private static final String NAME = "healthcheck-sidecar";

    /** Modules of Java that the sidecar cannot start without, besides java.base. */
    private static final List<String> MODULES = List.of("java.logging", "java.management", "java.security.sasl");

    private final Map<String, String> environment;
    private final Ticker ticker;

    Main(Map<String, String> environment, Ticker ticker) {
        this.environment = environment;
        this.ticker = ticker;
    }

    @SuppressWarnings("SystemExitOutsideMain") // This is it.
    public static void main(String[] args) {
        System.exit(new Main(System.getenv(), Ticker.system()).run(System.out, System.err, args).code);
    }

    /** Runs until the end. */
    ExitCode run(PrintStream out, PrintStream err, String... args) {
        // The sidecar writes the same text everywhere, and for other locales the libraries would load data at the
        // start.
        Locale.setDefault(Locale.US);
        ParseResult outcome = SettingsReader.read(args, environment);
        if (outcome instanceof ParseResult.Run run) {
            return run(run.settings(), run.remarks(), err);
        }
        if (outcome instanceof ParseResult.Wrong wrong) {
            for (String problem : wrong.problems()) {
                err.println(NAME + ": " + problem);
            }
            return ExitCode.WRONG_SETTINGS;
        }
        if (outcome instanceof ParseResult.Ask ask) {
            return ProbeClient.ask(ask.probe(), out) ? ExitCode.OK : ExitCode.FAILED;
        }
        if (outcome instanceof ParseResult.Print print) {
            byte[] module = print.hooks().bytes();
            out.write(module, 0, module.length);
            out.flush();
        } else if (outcome instanceof ParseResult.WriteHooks write) {
            return writeHooks(write.folder(), out, err);
        } else if (outcome instanceof ParseResult.Help help) {
            out.print(help.text());
        } else {
            String version = Main.class.getPackage().getImplementationVersion();
            out.println(NAME + " " + (version == null ? "(unpackaged)" : version));
        }
        return ExitCode.OK;
    }

    private static ExitCode writeHooks(Path folder, PrintStream out, PrintStream err) {
        try {
            PythonHooks.write(folder).forEach(out::println);
            return ExitCode.OK;
        } catch (IOException e) {
            err.println(NAME + ": --write-hooks: could not write into '" + folder + "': " + e);
            return ExitCode.FAILED;
        }
    }

    private ExitCode run(Settings settings, List<String> remarks, PrintStream err) {
        // Closed last, so that it writes the last lines; after a second it gives up.
        try (LogWriter writer = new LogWriter(err, Log::droppedLine)) {
            Log log = new Log(writer, settings.verbosity());
            remarks.forEach(log::warn);
            return run(settings, log);
        }
    }

    private ExitCode run(Settings settings, Log log) {
        try (Sidecar sidecar = new Sidecar(settings, ticker, log)) {
            Signals.on(sidecar::stop, log);
            // Not before: the reader of this line may send a signal.
            sidecar.logListening();
            return sidecar.await();
        } catch (BindFailedException e) {
            log.error(e.getMessage());
            return ExitCode.FAILED;
        } catch (InterruptedException e) {
            log.error("the main thread was interrupted");
            return ExitCode.FAILED;
        } catch (RuntimeException | LinkageError e) {
            log.error("could not run: " + e + missingModules());
            return ExitCode.FAILED;
        }
    }

    /** What a runtime made by jlink lacks, which may be why. */
    private static String missingModules() {
        List<String> missing = MODULES.stream()
                .filter(name -> ModuleLayer.boot().findModule(name).isEmpty())
                .toList();
        return missing.isEmpty()
                ? ""
                : "; this runtime lacks " + String.join(", ", missing) + ": add what it lacks (jlink --add-modules)";
    }
}
