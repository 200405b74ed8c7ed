package com.approck.healthcheck.agent.reflect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.approck.healthcheck.agent.Await;
import org.junit.jupiter.api.Test;

final class ReflectedObjectTest {
    private static final ModuleOpener OPENER = new ModuleOpener(null);

    private final Server server = new Server();
    private final ReflectedObject reflected = new ReflectedObject(server, OPENER);

    @Test
    void call_findsPublicInheritedAndHiddenMethods() throws ReflectiveOperationException {
        assertEquals("public", reflected.call("shown"));
        assertEquals("inherited", reflected.call("inherited"));
        assertEquals("hidden", reflected.call("hidden"));
        assertEquals("hidden above", reflected.call("hiddenAbove"));
    }

    @Test
    void has_knowsPublicMethodsOnly() {
        assertTrue(reflected.has("shown"));
        assertTrue(reflected.has("inherited"));
        assertFalse(reflected.has("hidden"));
        assertFalse(reflected.has("missing"));
    }

    @Test
    void field_isFoundInTheClassOrAboveIt() throws ReflectiveOperationException {
        assertEquals("own", reflected.field("own"));
        assertEquals("above", reflected.field("above"));
        NoSuchFieldException e = assertThrows(NoSuchFieldException.class, () -> reflected.field("missing"));
        assertEquals(Server.class.getName() + ".missing", e.getMessage());
    }

    @Test
    void count_isNeverBelowZero() throws ReflectiveOperationException {
        assertEquals(7, reflected.count("seven"));
        assertEquals(0, reflected.count("minusTwo"));
    }

    @Test
    void missingMethod_isNamed() {
        NoSuchMethodException e = assertThrows(NoSuchMethodException.class, () -> reflected.call("missing"));
        assertEquals(Server.class.getName() + ".missing()", e.getMessage());
    }

    @Test
    void methodThatFails_isReportedWithItsCause() {
        ReflectiveOperationException e =
                assertThrows(ReflectiveOperationException.class, () -> reflected.call("failing"));
        assertTrue(e.getCause() instanceof NoClassDefFoundError);
        assertTrue(e.getMessage().endsWith(".failing() failed: " + e.getCause()), e.getMessage());
    }

    @Test
    void object_isHeldWeakly() {
        ReflectedObject dropped = new ReflectedObject(new Server(), OPENER);

        Await.until("it is collected", () -> {
            System.gc();
            return dropped.get() == null;
        });

        assertNull(dropped.get());
        assertFalse(dropped.has("shown"));
        assertEquals(
                "the object has been collected",
                assertThrows(ReflectiveOperationException.class, () -> dropped.call("shown"))
                        .getMessage());
        assertEquals(
                "the object has been collected",
                assertThrows(ReflectiveOperationException.class, () -> dropped.field("own"))
                        .getMessage());
    }

    /** What is above a server's class. */
    @SuppressWarnings("unused") // By reflection.
    static class Above {
        private final String above = "above";

        public String inherited() {
            return "inherited";
        }

        private String hiddenAbove() {
            return "hidden above";
        }
    }

    /** A server's class. */
    @SuppressWarnings("unused") // By reflection.
    static final class Server extends Above {
        private final String own = "own";

        public String shown() {
            return "public";
        }

        private String hidden() {
            return "hidden";
        }

        public int seven() {
            return 7;
        }

        public long minusTwo() {
            return -2;
        }

        public void failing() {
            throw new NoClassDefFoundError("org/example/Missing");
        }
    }
}
