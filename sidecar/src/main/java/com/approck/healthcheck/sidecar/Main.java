package com.approck.healthcheck.sidecar;

import com.approck.healthcheck.sidecar.bind.CouldNotBindException;
import com.approck.healthcheck.sidecar.config.Outcome;
import com.approck.healthcheck.sidecar.config.Settings;
import com.approck.healthcheck.sidecar.config.SettingsReader;
import com.approck.healthcheck.sidecar.log.Log;
import com.approck.healthcheck.sidecar.receive.DatagramHandler;
import com.approck.healthcheck.sidecar.time.Ticker;
import java.io.PrintStream;
import java.util.List;
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
    Exit run(PrintStream out, PrintStream err, String... args) {
        Outcome outcome = SettingsReader.read(args, environment);
        if (outcome instanceof Outcome.Run run) {
            return run(run.settings(), run.remarks(), err);
        }
        if (outcome instanceof Outcome.Wrong wrong) {
            for (String problem : wrong.problems()) {
                err.println(NAME + ": " + problem);
            }
            return Exit.WRONG_SETTINGS;
        }
        if (outcome instanceof Outcome.Print print) {
            byte[] module = print.hooks().bytes();
            out.write(module, 0, module.length);
            out.flush();
        } else if (outcome instanceof Outcome.Help help) {
            out.print(help.text());
        } else {
            String version = Main.class.getPackage().getImplementationVersion();
            out.println(NAME + " " + (version == null ? "(unpackaged)" : version));
        }
        return Exit.OK;
    }

    private Exit run(Settings settings, List<String> remarks, PrintStream err) {
        Log log = new Log(err, settings.verbosity());
        remarks.forEach(log::warn);
        Ticker ticker = Ticker.system();
        try (Sidecar sidecar = Sidecar.start(settings, ticker, log, around)) {
            Signals.on(sidecar::stop);
            // Not before: who reads this may send a signal.
            sidecar.tell();
            return sidecar.await();
        } catch (CouldNotBindException e) {
            log.error(e.getMessage());
            return Exit.FAILED;
        } catch (InterruptedException e) {
            log.error("the main thread was interrupted");
            return Exit.FAILED;
        } catch (RuntimeException | LinkageError e) {
            log.error("could not run: " + e);
            return Exit.FAILED;
        }
    }
}
