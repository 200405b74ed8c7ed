package com.approck.healthcheck.it.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.it.program.PoolChurnProgram;
import com.approck.healthcheck.it.support.TestProcesses;
import com.approck.healthcheck.it.support.process.Await;
import com.approck.healthcheck.it.support.process.Jdk;
import com.approck.healthcheck.it.support.process.ProcessUnderTest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers and executors that come and go for {@code -Dflat.seconds=600}, and here for a shorter time, beside the same JVM
 * without the agent: what is there after a third of the time is all that there is at its end.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("com.approck.healthcheck.it.support.process.Jdk#all")
final class FlatMemoryIT {

    private static final Duration RUNS = Duration.ofSeconds(Integer.getInteger("flat.seconds", 24));
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SOON = Duration.ofSeconds(60);

    /** What the JVM does by itself differs by so much between two runs of the same program. */
    private static final long HEAP_KILOBYTES = 1 << 10;

    private static final long NATIVE_KILOBYTES = 4 << 10;

    /** Here with what the compiler has in use, tens of megabytes for a moment, as that can't be told apart. */
    private static final long RESIDENT_KILOBYTES = 32 << 10;

    private static final long CLASSES = 300;

    @Parameter
    Jdk jdk;

    @RegisterExtension
    final TestProcesses processes = new TestProcesses();

    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void poolsThatComeAndGo_leaveNothingBehind() throws IOException {
        try (DatagramSocket ear = new DatagramSocket(0, InetAddress.getByName("localhost"))) {
            ProcessUnderTest with = start(
                    "with", TestProcesses.agent("executors=pool-*,interval=100ms,log=off,port=" + ear.getLocalPort()));
            ProcessUnderTest without = start("without");
            with.awaitStdout("ROUND 1\n", SOON);
            without.awaitStdout("ROUND 1\n", SOON);
            Await.pause(RUNS.dividedBy(3));
            Figures withEarly = Figures.of(processes, jdk, with);
            Figures withoutEarly = Figures.of(processes, jdk, without);
            Await.pause(RUNS.dividedBy(3).multipliedBy(2));
            Figures withLate = Figures.of(processes, jdk, with);
            Figures withoutLate = Figures.of(processes, jdk, without);
            String both = "JDK " + jdk.feature() + ", with the agent:\n" + withEarly + "\n" + withLate + "\nwithout:\n"
                    + withoutEarly + "\n" + withoutLate;
            System.out.println(both);

            ear.setSoTimeout((int) SOON.toMillis());
            DatagramPacket heard = new DatagramPacket(new byte[500], 500);
            ear.receive(heard);
            assertTrue(new String(heard.getData(), 0, heard.getLength(), "US-ASCII").startsWith("workers"));
            assertEquals("", with.stderr());
            assertTrue(withLate.rounds > withEarly.rounds + RUNS.toSeconds() / 3, both);
            assertTrue(
                    withLate.less(withEarly)
                            .less(withoutLate.less(withoutEarly))
                            .isNothing(),
                    both);
        }
    }

    private ProcessUnderTest start(String name, String... flags) {
        List<String> arguments = new ArrayList<>(List.of(flags));
        // A heap that is there from the start, so that what grows is not the heap.
        arguments.addAll(List.of(
                "-XX:NativeMemoryTracking=summary",
                "-XX:+UseSerialGC",
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                PoolChurnProgram.class.getName()));
        return processes.java("churn-" + name + "-jdk" + jdk.feature(), jdk, Map.of(), arguments);
    }

    /**
     * What a JVM has at one moment, in kilobytes after a full collection; and what it has done. Native memory is without
     * the compiler's: its code, its arenas, and the chunks of arenas that the JVM keeps for the next compilation.
     */
    private record Figures(long rounds, long heap, long nativeMemory, long resident, long classes, long threads) {

        static Figures of(TestProcesses processes, Jdk jdk, ProcessUnderTest process) throws IOException {
            String histogram = jcmd(processes, jdk, process, "GC.class_histogram");
            String memory = jcmd(processes, jdk, process, "VM.native_memory", "summary", "scale=KB");
            String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
            return new Figures(
                    process.stdout().lines().count(),
                    number("Total +\\d+ +(\\d+)", histogram) / 1024,
                    number("Total: .*committed=(\\d+)KB", memory)
                            - committed("Code", memory)
                            - committed("Compiler", memory)
                            - committed("Arena Chunk", memory),
                    number("VmRSS:\\s+(\\d+) kB", status),
                    number("\\(classes #(\\d+)\\)", memory),
                    number("Threads:\\s+(\\d+)", status));
        }

        private static String jcmd(TestProcesses processes, Jdk jdk, ProcessUnderTest process, String... command) {
            List<String> arguments =
                    new ArrayList<>(List.of(jdk.tool("jcmd").toString(), Long.toString(process.pid())));
            arguments.addAll(List.of(command));
            ProcessUnderTest jcmd = processes.process("jcmd", Map.of(), arguments);
            assertEquals(0, jcmd.awaitExit(SOON), jcmd::describe);
            return jcmd.stdout();
        }

        private static long committed(String category, String memory) {
            return number("- +" + category + " \\(reserved=\\d+KB, committed=(\\d+)KB", memory);
        }

        private static long number(String regex, String text) {
            Matcher matcher = Pattern.compile(regex).matcher(text);
            assertTrue(matcher.find(), () -> "no " + regex + " in\n" + text);
            return Long.parseLong(matcher.group(1));
        }

        Figures less(Figures other) {
            return new Figures(
                    rounds - other.rounds,
                    heap - other.heap,
                    nativeMemory - other.nativeMemory,
                    resident - other.resident,
                    classes - other.classes,
                    threads - other.threads);
        }

        /** In seconds what the compiler takes and gives back is more than what is looked for outside the heap. */
        boolean isNothing() {
            return heap < HEAP_KILOBYTES
                    && classes < CLASSES
                    && (RUNS.compareTo(LONG) < 0 || (nativeMemory < NATIVE_KILOBYTES && resident < RESIDENT_KILOBYTES));
        }
    }
}
