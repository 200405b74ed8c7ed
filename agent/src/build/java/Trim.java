import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import net.bytebuddy.jar.asm.AnnotationVisitor;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.commons.ClassRemapper;
import net.bytebuddy.jar.asm.commons.Remapper;

/**
 * Run by the build: takes from a jar the classes that those of one folder lead to, without what only a debugger needs of
 * them. A class leads to those that it extends, that its members' types and its code name, a string with the name of a class
 * included. Annotations do not count, nor does being declared one inside another: for these the JVM loads no class, and by
 * these all of Byte Buddy leads to all of it.
 *
 * <p>{@code java Trim.java JAR FOLDER OUT}, with Byte Buddy's copy of ASM on the class path.
 */
final class Trim {
    /** What Byte Buddy has for JDKs whose class files are newer than ASM knows; it names these classes by strings. */
    private static final String VERSIONED = "META-INF/versions/24/";

    private static final String LIBRARY = "com/approck/healthcheck/agent/shaded/";

    private final JarFile jar;
    private final Path out;
    private final Set<String> inJar = new TreeSet<>();
    private final Set<String> reached = new TreeSet<>();
    private final Deque<String> waiting = new ArrayDeque<>();

    private Trim(JarFile jar, Path out) {
        this.jar = jar;
        this.out = out;
    }

    public static void main(String[] arguments) throws IOException {
        try (JarFile jar = new JarFile(arguments[0])) {
            new Trim(jar, Path.of(arguments[2])).run(arguments[1]);
        }
    }

    private void run(String folder) throws IOException {
        jar.stream()
                .map(JarEntry::getName)
                .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
                .forEach(name -> inJar.add(name.substring(0, name.length() - ".class".length())));
        inJar.stream().filter(name -> name.startsWith(folder)).forEach(this::reach);
        for (JarEntry entry : jar.stream().filter(each -> each.getName().startsWith(VERSIONED)).toList()) {
            if (entry.getName().endsWith(".class")) {
                ClassReader reader = read(entry.getName());
                follow(reader);
                write(VERSIONED + reader.getClassName(), reader);
            }
        }
        while (!waiting.isEmpty()) {
            String name = waiting.poll();
            // What is neither of that folder nor of the library is the agent's own, and in the class loader above.
            if (name.startsWith(folder) || name.startsWith(LIBRARY)) {
                ClassReader reader = read(name + ".class");
                follow(reader);
                write(name, reader);
            }
        }
    }

    private ClassReader read(String name) throws IOException {
        try (InputStream in = jar.getInputStream(jar.getJarEntry(name))) {
            return new ClassReader(in);
        }
    }

    private void write(String name, ClassReader reader) throws IOException {
        ClassWriter writer = new ClassWriter(0);
        reader.accept(writer, ClassReader.SKIP_DEBUG);
        Path file = out.resolve(name + ".class");
        Files.createDirectories(file.getParent());
        Files.write(file, writer.toByteArray());
    }

    private void reach(String name) {
        if (inJar.contains(name) && reached.add(name)) {
            waiting.add(name);
        }
    }

    private void follow(ClassReader reader) {
        reader.accept(new Names(), ClassReader.SKIP_DEBUG);
    }

    /** Sees every name of a class that counts. */
    private final class Names extends ClassRemapper {
        Names() {
            super(Opcodes.ASM9, new Sink(), new Remapper(Opcodes.ASM9) {
                @Override
                public String map(String name) {
                    reach(name);
                    return name;
                }

                @Override
                public Object mapValue(Object value) {
                    if (value instanceof String) {
                        reach(((String) value).replace('.', '/'));
                    }
                    return super.mapValue(value);
                }
            });
        }

        @Override
        public void visit(
                int version, int access, String name, String signature, String superName, String[] interfaces) {
            super.visit(version, access, name, null, superName, interfaces);
        }

        @Override
        public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
            return super.visitField(access, name, descriptor, null, value);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            return super.visitMethod(access, name, descriptor, null, thrown);
        }

        @Override
        public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
            return null;
        }

        @Override
        public void visitInnerClass(String name, String outerName, String innerName, int access) {}

        @Override
        public void visitOuterClass(String owner, String name, String descriptor) {}

        @Override
        public void visitNestHost(String nestHost) {}

        @Override
        public void visitNestMember(String nestMember) {}
    }

    /** Asks for the code of methods and for nothing of their annotations. */
    private static final class Sink extends ClassVisitor {
        Sink() {
            super(Opcodes.ASM9);
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            return new MethodVisitor(Opcodes.ASM9) {};
        }
    }
}
