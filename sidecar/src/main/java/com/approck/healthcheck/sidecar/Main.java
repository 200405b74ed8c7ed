package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.config.ParseResult;
import com.approck.healthcheck.sidecar.config.Settings;
import com.approck.healthcheck.sidecar.config.SettingsReader;
import com.approck.healthcheck.sidecar.net.BindFailedException;
import com.approck.healthcheck.sidecar.statsd.DatagramHandler;
import com.approck.healthcheck.sidecar.text.Log;
import com.approck.healthcheck.sidecar.text.Ticker;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/** {@code java -jar healthcheck-sidecar.jar}. */
public final class Main {
    private static final String NAME = "healthcheck-sidecar";

    private final Map<String, String> environment;
    private final UnaryOperator<DatagramHandler> around;

    Main(Map<String, String> environment, UnaryOperator<DatagramHandler> around) {
        this.environment = environment;
        this.around = around;
    }

    @SuppressWarnings("SystemExitOutsideMain") // This is it.
    public static void main(String[] args) {
        System.exit(new Main(System.getenv(), UnaryOperator.identity()).run(System.out, System.err, args).code);
    }

    /** Runs until the end. */
    ExitCode run(PrintStream out, PrintStream err, String... args) {
        // The sidecar writes the same text everywhere, and for other locales the libraries would load data at the
        // start.
        Locale.setDefault(Locale.US);
        ParseResult outcome = SettingsReader.read(args, environment);
        if (outcome instanceof ParseResult.Run run) {
            return run(run.settings(), err);
        }
        if (outcome instanceof ParseResult.Wrong wrong) {
            for (String problem : wrong.problems()) {
                err.println(NAME + ": " + problem);
            }
            return ExitCode.WRONG_SETTINGS;
        }
        if (outcome instanceof ParseResult.Print print) {
            byte[] module = print.hooks().bytes();
            out.write(module, 0, module.length);
            out.flush();
        } else if (outcome instanceof ParseResult.Help help) {
            out.print(help.text());
        } else {
            String version = Main.class.getPackage().getImplementationVersion();
            out.println(NAME + " " + (version == null ? "(unpackaged)" : version));
        }
        return ExitCode.OK;
    }

    private ExitCode run(Settings settings, PrintStream err) {
        Log log = new Log(err, settings.verbosity());
        Ticker ticker = Ticker.system();
        try (Sidecar sidecar = Sidecar.start(settings, ticker, log, around)) {
            Signals.on(sidecar::stop);
            // Not before: who reads this may send a signal.
            sidecar.tell();
            return sidecar.await();
        } catch (BindFailedException e) {
            log.error(e.getMessage());
            return ExitCode.FAILED;
        } catch (InterruptedException e) {
            log.error("the main thread was interrupted");
            return ExitCode.FAILED;
        } catch (RuntimeException | LinkageError e) {
            log.error("could not run: " + e);
            return ExitCode.FAILED;
        }
    }
}
