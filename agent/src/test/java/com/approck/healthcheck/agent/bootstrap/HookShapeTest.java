package com.approck.healthcheck.agent.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps the classes in the boot loader from breaking there. */
final class HookShapeTest {
    // Java Virtual Machine Specification, section 4.4.
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int INVOKE_DYNAMIC = 18;

    /** Bytes of the constants that are neither texts nor classes, by their tags. */
    private static final Map<Integer, Integer> SIZES = Map.of(3, 4, 4, 4, 5, 8, 6, 8, 8, 2, 9, 4, 10, 4, 11, 4, 12, 4);

    private static final Pattern CLASS_IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)[;<]");

    private final Set<Integer> constants = new HashSet<>();
    private final Set<String> classes = new TreeSet<>();

    private void readConstantPool(Class<?> type) throws IOException {
        try (DataInputStream in = new DataInputStream(type.getResourceAsStream(type.getSimpleName() + ".class"))) {
            in.skipBytes(8);
            int count = in.readUnsignedShort();
            Map<Integer, String> texts = new HashMap<>();
            List<Integer> names = new ArrayList<>();
            for (int i = 1; i < count; i++) {
                int tag = in.readUnsignedByte();
                constants.add(tag);
                if (tag == UTF8) {
                    texts.put(i, in.readUTF());
                } else if (tag == CLASS) {
                    names.add(in.readUnsignedShort());
                } else {
                    in.skipBytes(SIZES.get(tag));
                    // A long or a double takes two places.
                    i += SIZES.get(tag) == 8 ? 1 : 0;
                }
            }
            for (int name : names) {
                classes.add(texts.get(name));
            }
            for (String text : texts.values()) {
                Matcher inDescriptor = CLASS_IN_DESCRIPTOR.matcher(text);
                while (inDescriptor.find()) {
                    classes.add(inDescriptor.group(1));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Hook.class, VirtualSlots.class})
    void classFile_namesClassesOfTheBootLoaderOnly(Class<?> type) throws IOException {
        readConstantPool(type);

        assertTrue(classes.remove(type.getName().replace('.', '/')));
        assertTrue(classes.remove("java/util/concurrent/atomic/AtomicLong" + (type == Hook.class ? "" : "Array")));
        classes.remove(VirtualSlots.class.getName().replace('.', '/'));
        classes.removeIf(name -> name.replaceFirst("^\\[+L", "").startsWith("java/"));

        assertEquals(Set.of(), classes);
    }

    @ParameterizedTest
    @ValueSource(classes = {Hook.class, VirtualSlots.class})
    void classFile_hasNoLambda(Class<?> type) throws IOException {
        readConstantPool(type);

        assertFalse(constants.contains(INVOKE_DYNAMIC));
    }

    @ParameterizedTest
    @ValueSource(classes = {Hook.class, VirtualSlots.class})
    void class_isAloneAndPublicAndNeverMade(Class<?> type) {
        assertEquals(0, type.getDeclaredClasses().length);
        assertTrue(Modifier.isPublic(type.getModifiers()));
        for (Method method : type.getDeclaredMethods()) {
            assertTrue(Modifier.isStatic(method.getModifiers()), method.toString());
        }
    }
}
