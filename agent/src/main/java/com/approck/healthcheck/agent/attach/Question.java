package com.approck.healthcheck.agent.attach;

import com.approck.healthcheck.agent.explain.AnswerFile;
import com.approck.healthcheck.agent.explain.ExplainRequest;
import com.approck.healthcheck.agent.explain.JarThere;
import com.approck.healthcheck.agent.explain.OtherRoot;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;

/** Asks a JVM what the agent sees in it, and prints the answer. Made for one question. */
final class Question {
    /** Until then the answer is there, or is given up. A passing look takes one second. */
    private static final long MAX_WAIT_MILLIS = 10_000;

    private static final long POLL_MILLIS = 50;

    /**
     * How long the JDK tries to attach, and its name for that: less, so that it removes its own traces before this process
     * ends. Its default is 10 s.
     */
    private static final String ATTACH_TIMEOUT = "sun.tools.attach.attachTimeout";

    private static final String ATTACH_MILLIS = "8000";

    private final String pid;
    private final File jar;
    private final String settings;

    /** Why the JVM could not be asked. */
    private volatile String failure;

    Question(String pid, File jar, String settings) {
        this.pid = pid;
        this.jar = jar;
        this.settings = settings;
    }

    /** Prints the answer; returns why there is none, or null. */
    String ask(PrintStream out) {
        if (System.getProperty(ATTACH_TIMEOUT) == null) {
            System.setProperty(ATTACH_TIMEOUT, ATTACH_MILLIS);
        }
        OtherRoot root = new OtherRoot(pid);
        try (AnswerFile file = AnswerFile.create(root);
                JarThere agent = JarThere.of(root, jar)) {
            file.deleteOnExit();
            String argument = new ExplainRequest(file.pathThere(), settings).toArgument();
            // A JVM that is stopped takes the connection, and then nothing ends the wait.
            Thread attaching = new Thread(() -> failure = Attacher.attach(pid, agent.path(), argument), "attaching");
            attaching.setDaemon(true);
            attaching.start();
            String answer = await(file);
            if (answer == null) {
                return failure == null ? noAnswer(file.pathThere()) : failure;
            }
            out.print(answer);
            out.flush();
            attaching.join(MAX_WAIT_MILLIS);
            return null;
        } catch (FileAlreadyExistsException e) {
            return "can't copy the agent to " + e.getFile() + ", which process " + pid
                    + " needs: another command with --explain"
                    + " is using that file, or was killed and has left it; delete it in the latter case";
        } catch (IOException e) {
            return "can't make the files by which process " + pid + " is asked, and answers: " + e;
        } catch (InterruptedException e) {
            return "interrupted";
        }
    }

    private String await(AnswerFile file) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        String answer = file.read();
        while (answer == null && failure == null && System.nanoTime() - begun < MAX_WAIT_MILLIS * 1_000_000L) {
            Thread.sleep(POLL_MILLIS);
            answer = file.read();
        }
        return answer;
    }

    private String noAnswer(String pathThere) {
        return "process " + pid + " has not answered for " + MAX_WAIT_MILLIS / 1_000
                + " s: it is stopped or has no CPU,"
                + " an older version of the agent is at work in it, or it can't write " + pathThere;
    }
}
