package com.approck.healthcheck.agent.attach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Deleting the file is tested on a real JVM of another user, by the integration tests. */
final class AttachSocketTest {
    private final AttachSocket socket = AttachSocket.of("99999999");

    @Test
    void fileOfAnotherUser_isNamedWithWhatToDo() {
        String refused =
                "well-known file /proc/99999999/root/tmp/.java_pid99999999 is not secure: file should be owned by"
                        + " the current user (which is 1000) but is owned by 0";
        assertEquals(
                "a dead JVM with the same pid has left its socket /tmp/.java_pid99999999: delete that file, as its owner or"
                        + " as root, and run this command again (" + refused + ")",
                socket.problem(new IOException(refused), true));
        assertFalse(socket.deleteIfDead(new IOException(refused)));
        // That of a JVM of another user's, which may live.
        assertNull(socket.problem(new IOException(refused), false));
    }

    @Test
    void otherFailures_saySomethingElse() {
        assertNull(socket.problem(new IOException("No such process"), true));
        assertNull(socket.problem(new IllegalStateException("Connection refused"), true));
        assertNull(socket.problem(new IOException(), true));
    }
}
