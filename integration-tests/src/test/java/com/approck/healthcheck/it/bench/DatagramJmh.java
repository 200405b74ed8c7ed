package com.approck.healthcheck.it.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One datagram through the sidecar's parser and into its state, and its twin, which looks at each byte and no more. The classes are
 * those of the built jar, on the boot class path, reached through constant method handles.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DatagramJmh {

    private static final String SIDECAR = "com.approck.healthcheck.sidecar.";
    private static final MethodHandle DATAGRAM = datagram();

    private final InetSocketAddress sender = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4000);
    private byte[] bytes;

    /** A gauge of the agent's, one of Gunicorn's, and two that do not matter. */
    @Param({
        "workers.pool.http-nio-8080.busy:17|g",
        "gunicorn.workers:4|g",
        "gunicorn.request.duration:12.345|ms",
        "shop.checkout.basket.items:3|c|#shop:7"
    })
    public String datagram;

    /** As {@code Sidecar} puts them together. */
    private static MethodHandle datagram() {
        try {
            Class<?> counters = type("count.Counters");
            Class<?> parser = type("statsd.GaugeParser");
            Class<?> workers = type("workers.SourceRegistry");
            Class<?> ticker = type("time.Ticker");
            Class<?> intake = type("workers.GaugeIngest");
            Object counted = counters.getConstructor().newInstance();
            List<String> names = List.of("workers", "gunicorn.workers");
            Object made = intake.getConstructor(parser, workers, ticker)
                    .newInstance(
                            parser.getConstructor(Collection.class, counters).newInstance(names, counted),
                            workers.getConstructor(List.class, Duration.class, counters, long.class)
                                    .newInstance(names, Duration.ZERO, counted, System.nanoTime()),
                            ticker.getMethod("system").invoke(null));
            MethodType type = MethodType.methodType(boolean.class, byte[].class, int.class, InetSocketAddress.class);
            return MethodHandles.publicLookup()
                    .findVirtual(intake, "datagram", type)
                    .bindTo(made);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Class<?> type(String name) throws ClassNotFoundException {
        return Class.forName(SIDECAR + name, true, null);
    }

    @Setup
    public void lease() throws Throwable {
        byte[] lease = "workers.lease:5000|g\nworkers:17|g".getBytes(US_ASCII);
        boolean told = (boolean) DATAGRAM.invokeExact(lease, lease.length, sender);
        if (!told) {
            throw new IllegalStateException("not heard");
        }
        bytes = datagram.getBytes(US_ASCII);
    }

    @Benchmark
    public int bytes() {
        int sum = 0;
        for (byte b : bytes) {
            sum = 31 * sum + b;
        }
        return sum;
    }

    @Benchmark
    public boolean intake() throws Throwable {
        return (boolean) DATAGRAM.invokeExact(bytes, bytes.length, sender);
    }
}
