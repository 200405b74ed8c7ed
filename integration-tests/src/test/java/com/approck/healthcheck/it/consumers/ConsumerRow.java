package com.approck.healthcheck.it.consumers;

import static com.approck.healthcheck.it.consumers.ConsumerClient.JAVAX_JMS_LOOP;
import static com.approck.healthcheck.it.consumers.ConsumerClient.JMS_LISTENER;
import static com.approck.healthcheck.it.consumers.ConsumerClient.JMS_LOOP;
import static com.approck.healthcheck.it.consumers.ConsumerClient.JMS_TOPIC;
import static com.approck.healthcheck.it.consumers.ConsumerClient.KAFKA;
import static com.approck.healthcheck.it.consumers.ConsumerClient.KAFKA_STREAMS;
import static com.approck.healthcheck.it.consumers.ConsumerClient.OLD_KAFKA;
import static com.approck.healthcheck.it.consumers.ConsumerClient.OLD_RABBITMQ;
import static com.approck.healthcheck.it.consumers.ConsumerClient.RABBITMQ;
import static com.approck.healthcheck.it.consumers.ConsumerClient.SPRING_DIRECT;
import static com.approck.healthcheck.it.consumers.ConsumerClient.SPRING_JAVAX_JMS;
import static com.approck.healthcheck.it.consumers.ConsumerClient.SPRING_JMS;
import static com.approck.healthcheck.it.consumers.ConsumerClient.SPRING_JMS_SIMPLE;
import static com.approck.healthcheck.it.consumers.ConsumerClient.SPRING_KAFKA;
import static com.approck.healthcheck.it.consumers.ConsumerClient.SPRING_SIMPLE;

import java.util.List;
import java.util.function.Consumer;

/**
 * What can happen to a program that consumes, what {@code /health/live} must answer, and the clients with which it is tested.
 * To add one, add a row here and a method to {@link ConsumerFaults}.
 */
@SuppressWarnings("ImmutableEnumChecker") // The list is of List.of, the scenarios are static methods.
enum ConsumerRow {
    IDLE(
            "boots; then its topic or queue is empty",
            "422 until it consumes, then 200",
            ConsumerFaults::idle,
            KAFKA,
            OLD_KAFKA,
            OLD_RABBITMQ,
            SPRING_SIMPLE,
            JMS_LOOP),
    ERROR(
            "its only listener throws an `Error`",
            "422 within 3 s",
            ConsumerFaults::error,
            KAFKA,
            OLD_KAFKA,
            OLD_RABBITMQ,
            JAVAX_JMS_LOOP),
    ERROR_SURVIVED(
            "its listener throws an `Error`, and the client or container goes on",
            "200 throughout",
            ConsumerFaults::errorSurvived,
            JMS_LISTENER,
            SPRING_JMS),
    ONE_OF_TWO(
            "one listener of two throws an `Error`",
            "200, one worker of two",
            ConsumerFaults::oneOfTwo,
            KAFKA,
            JMS_LOOP,
            JMS_TOPIC),
    HANG(
            "its listener hangs without using CPU",
            "422 at `stuck-after` + 2 intervals, 200 when it comes free",
            ConsumerFaults::hang,
            KAFKA,
            OLD_KAFKA,
            SPRING_KAFKA,
            KAFKA_STREAMS,
            RABBITMQ,
            OLD_RABBITMQ,
            SPRING_DIRECT,
            SPRING_SIMPLE,
            JAVAX_JMS_LOOP,
            JMS_LISTENER,
            JMS_TOPIC,
            SPRING_JMS,
            SPRING_JMS_SIMPLE,
            SPRING_JAVAX_JMS),
    HANGS_AT_ONCE(
            "its listener hangs on the first message, which was there before it",
            "422 at `stuck-after` + 2 s after it was known",
            ConsumerFaults::hangsAtOnce,
            RABBITMQ),
    DEADLOCK(
            "both of its listeners deadlock",
            "422 within 5 s",
            ConsumerFaults::deadlock,
            RABBITMQ,
            JMS_LISTENER,
            SPRING_JMS),
    SPIN(
            "its listener uses CPU for twice as long as `stuck-after`",
            "200 throughout",
            ConsumerFaults::spin,
            KAFKA,
            RABBITMQ,
            SPRING_JMS),
    EXPELLED(
            "a batch takes longer than `max.poll.interval.ms`",
            "422 once that is over, 200 when it polls again",
            ConsumerFaults::expelled,
            KAFKA),
    DELETED(
            "its queue is deleted: the broker cancels it",
            "422 within 3 s",
            ConsumerFaults::deleted,
            RABBITMQ,
            SPRING_DIRECT),
    BROKER_AWAY(
            "the broker is killed, and comes back after 8 s",
            "200 throughout",
            ConsumerFaults::brokerAway,
            KAFKA,
            OLD_KAFKA,
            RABBITMQ,
            SPRING_DIRECT,
            SPRING_SIMPLE,
            JMS_LOOP,
            JMS_LISTENER,
            SPRING_JMS,
            SPRING_JMS_SIMPLE,
            SPRING_JAVAX_JMS),
    CLIENT_GIVES_UP(
            "the same, and its client stops trying to connect before that; then the application makes another connection",
            "200 throughout, and one worker",
            ConsumerFaults::clientGivesUp,
            JMS_LISTENER,
            SPRING_JMS_SIMPLE),
    CLOSES_AND_CONNECTS(
            "the broker is killed, and comes back after 8 s; its client connects again, and the application's"
                    + " `ExceptionListener` closes that connection and makes another",
            "200 throughout, and one worker",
            ConsumerFaults::closesAndConnects,
            JMS_LOOP,
            JMS_LISTENER),
    REBALANCE("another process joins the group, and leaves it", "200 throughout", ConsumerFaults::rebalance, KAFKA),
    CLOSED(
            "its consumers are closed on purpose",
            "422: no pool is left",
            ConsumerFaults::closed,
            KAFKA,
            SPRING_KAFKA,
            RABBITMQ,
            SPRING_DIRECT,
            SPRING_SIMPLE,
            JMS_LOOP,
            SPRING_JMS,
            SPRING_JMS_SIMPLE),
    KILLED(
            "SIGKILL, and a new start",
            "422 at lease + 1 s, then 200",
            ConsumerFaults::killed,
            OLD_KAFKA,
            SPRING_DIRECT,
            JAVAX_JMS_LOOP),
    ATTACHED(
            "the agent is attached to it while it runs",
            "200, and 422 when it hangs",
            ConsumerFaults::attached,
            KAFKA,
            RABBITMQ,
            JMS_LOOP,
            JMS_LISTENER),
    BESIDE_TOMCAT(
            "Tomcat serves in the same process; the listener throws an `Error`",
            "422, its group named",
            ConsumerFaults::besideTomcat,
            KAFKA,
            SPRING_KAFKA,
            KAFKA_STREAMS,
            RABBITMQ,
            JMS_LOOP),
    TOMCAT_HANGS(
            "Tomcat serves in the same process; all of its workers hang",
            "422, its pool named",
            ConsumerFaults::tomcatHangs,
            OLD_KAFKA),
    NO_WORKERS(
            "a consumer with partitions assigned by hand, and a producer",
            "422: never heard of a worker",
            ConsumerFaults::noWorkers,
            KAFKA),
    ONLY_SENDS(
            "a program that only sends",
            "422: never heard of a worker",
            ConsumerFaults::onlySends,
            RABBITMQ,
            JMS_LISTENER);

    final String fault;
    final String right;
    final List<ConsumerClient> clients;
    private final Consumer<ConsumerScene> scenario;

    ConsumerRow(String fault, String right, Consumer<ConsumerScene> scenario, ConsumerClient... clients) {
        this.fault = fault;
        this.right = right;
        this.scenario = scenario;
        this.clients = List.of(clients);
    }

    /** Fails unless what is seen is right. */
    void run(ConsumerScene scene) {
        scenario.accept(scene);
    }
}
