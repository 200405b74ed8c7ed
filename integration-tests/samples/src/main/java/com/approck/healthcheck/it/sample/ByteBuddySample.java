package com.approck.healthcheck.it.sample;

import static net.bytebuddy.matcher.ElementMatchers.isMethod;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesNoArguments;

import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import net.bytebuddy.agent.ByteBuddyAgent;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.AgentBuilder.RedefinitionStrategy;
import net.bytebuddy.asm.Advice;

/**
 * A Tomcat in an application that instruments it by itself, with Byte Buddy, in the very methods that the agent weaves; and
 * that transforms these classes anew all the time. Prints how many requests its own advice has seen.
 */
public final class ByteBuddySample {

    private static final String TASKS = "org.apache.tomcat.util.net.SocketProcessorBase";
    private static final String POOLS = "org.apache.tomcat.util.net.AbstractEndpoint";

    private ByteBuddySample() {}

    public static void main(String[] args) throws Exception {
        Instrumentation instrumentation = ByteBuddyAgent.install();
        new AgentBuilder.Default()
                .disableClassFormatChanges()
                .with(RedefinitionStrategy.RETRANSFORMATION)
                .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly())
                .type(named(TASKS).or(named(POOLS)))
                .transform((builder, type, loader, module, domain) -> builder.visit(Advice.to(Counting.class)
                        .on(isMethod().and(named("run").or(named("start"))).and(takesNoArguments()))))
                .installOn(instrumentation);
        AtomicLong calls = Counting.CALLS;
        Thread again = new Thread(() -> transformAgainAndAgain(instrumentation, calls), "again-and-again");
        again.setDaemon(true);
        again.start();
        TomcatSample.main(args);
    }

    private static void transformAgainAndAgain(Instrumentation instrumentation, AtomicLong calls) {
        long told = 0;
        try {
            // The server's start and a first request; until then this thread loads no class. Byte Buddy loads its own
            // while it
            // transforms those that the JVM loads with a jar file locked, and two threads that do so at first wait for
            // each
            // other for ever.
            while (calls.get() < 2) {
                Thread.sleep(50);
            }
            while (true) {
                Class<?>[] both = Stream.of(instrumentation.getAllLoadedClasses())
                        .filter(loaded -> Set.of(TASKS, POOLS).contains(loaded.getName()))
                        .toArray(Class<?>[]::new);
                instrumentation.retransformClasses(both);
                long seen = calls.get();
                if (seen != told) {
                    told = seen;
                    System.out.println("SEEN " + seen);
                }
                Thread.sleep(200);
            }
        } catch (InterruptedException | UnmodifiableClassException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Woven into Tomcat: public, since it is called from there. */
    public static final class Counting {

        public static final AtomicLong CALLS = new AtomicLong();

        private Counting() {}

        @Advice.OnMethodEnter
        static void began() {
            CALLS.incrementAndGet();
        }
    }
}
