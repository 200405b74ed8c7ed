package com.approck.healthcheck.it.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;

/** Actors on the default dispatcher. Each line on stdin is a path of {@link Faults}, for an actor of its own. */
public final class PekkoSample extends AbstractActor {

    private static final Faults FAULTS = new Faults(() -> {});

    public static void main(String[] args) throws IOException {
        ActorSystem system = ActorSystem.create("jobs");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String path = lines.readLine(); path != null; path = lines.readLine()) {
            system.actorOf(Props.create(PekkoSample.class)).tell(path, ActorRef.noSender());
        }
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(String.class, path -> FAULTS.serve(path, null, new BufferedReply((status, body) -> {})))
                .build();
    }
}
