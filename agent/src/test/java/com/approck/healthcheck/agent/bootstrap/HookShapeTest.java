package com.approck.healthcheck.agent.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;

/** What keeps the one class in the boot loader from breaking there. */
final class HookShapeTest {
    // Java Virtual Machine Specification, section 4.4.
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int INVOKE_DYNAMIC = 18;

    private static final Pattern CLASS_IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)[;<]");

    private final Set<Integer> constants = new HashSet<>();
    private final Set<String> classes = new TreeSet<>();

    @BeforeEach
    void readConstantPool() throws IOException {
        ClassReader reader;
        try (InputStream in = Hook.class.getResourceAsStream("Hook.class")) {
            reader = new ClassReader(in);
        }
        char[] buffer = new char[reader.getMaxStringLength()];
        for (int i = 1; i < reader.getItemCount(); i++) {
            int offset = reader.getItem(i);
            if (offset == 0) {
                // The second half of a long.
                continue;
            }
            int tag = reader.readByte(offset - 1);
            constants.add(tag);
            if (tag == CLASS) {
                classes.add(reader.readUTF8(offset, buffer));
            } else if (tag == UTF8) {
                StringBuilder text = new StringBuilder();
                for (int c = 0; c < reader.readUnsignedShort(offset); c++) {
                    text.append((char) reader.readByte(offset + 2 + c));
                }
                Matcher inDescriptor = CLASS_IN_DESCRIPTOR.matcher(text);
                while (inDescriptor.find()) {
                    classes.add(inDescriptor.group(1));
                }
            }
        }
    }

    @Test
    void classFile_namesJavaClassesAndItselfOnly() {
        assertTrue(classes.remove(Hook.class.getName().replace('.', '/')));
        assertTrue(classes.remove("java/util/function/BiConsumer"));
        classes.removeIf(name -> name.startsWith("java/"));

        assertEquals(Set.of(), classes);
    }

    @Test
    void classFile_hasNoLambda() {
        assertFalse(constants.contains(INVOKE_DYNAMIC));
    }

    @Test
    void class_isAloneAndPublicAndNeverMade() {
        assertEquals(0, Hook.class.getDeclaredClasses().length);
        assertTrue(Modifier.isPublic(Hook.class.getModifiers()));
        for (Method method : Hook.class.getDeclaredMethods()) {
            assertTrue(Modifier.isStatic(method.getModifiers()), method.toString());
        }
    }
}
