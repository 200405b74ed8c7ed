package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.pool.PoolType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** Weaves calls of the hook into one class. Stateless. With {@link Advice} the only code of the agent that loads ASM. */
final class Advices {
    private Advices() {}

    /**
     * The class with calls of the hook in its hooked methods; null if it is not to be touched: an interface of the same
     * name, or a version that has none of these methods and need not. No other class is looked at or loaded.
     *
     * @throws UnexpectedClassException if the class does not declare exactly one of each hooked method
     * @throws RuntimeException if this is no class file, or one of a Java newer than ASM knows
     */
    static byte[] weave(byte[] classFile, List<PoolType.MethodHook> hooked) throws UnexpectedClassException {
        ClassReader reader = new ClassReader(classFile);
        if ((reader.getAccess() & Opcodes.ACC_INTERFACE) != 0) {
            return null;
        }
        Map<String, Site> sites = new HashMap<>();
        for (PoolType.MethodHook one : hooked) {
            Finder finder = new Finder(one);
            reader.accept(finder, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            if (finder.found == 1) {
                sites.put(finder.site.method, finder.site);
            } else if (!one.isOptional()) {
                throw new UnexpectedClassException(
                        "it has no method " + one.method() + "(" + String.join(", ", one.argumentTypes()) + ")");
            }
        }
        if (sites.isEmpty()) {
            return null;
        }
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        ClassVisitor weaver = new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(
                    int access, String name, String descriptor, String signature, String[] thrown) {
                MethodVisitor method = super.visitMethod(access, name, descriptor, signature, thrown);
                Site site = sites.get(name + descriptor);
                return site == null
                        ? method
                        : new Advice(method, site.event, reader.getClassName(), descriptor, site.maxLocals);
            }
        };
        reader.accept(weaver, ClassReader.EXPAND_FRAMES);
        return writer.toByteArray();
    }

    /** A method that is to be woven. */
    private static final class Site {
        final String method;
        final PoolType.HookKind event;
        int maxLocals;

        Site(String method, PoolType.HookKind event) {
            this.method = method;
            this.event = event;
        }
    }

    /** Counts the methods with code that match a row of the table, and measures the last of them. */
    private static final class Finder extends ClassVisitor {
        private final PoolType.MethodHook hooked;
        int found;
        Site site;

        Finder(PoolType.MethodHook hooked) {
            super(Opcodes.ASM9);
            this.hooked = hooked;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            int without = Opcodes.ACC_STATIC | Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE;
            if ((access & without) != 0 || !name.equals(hooked.method()) || !hasArgumentsOf(descriptor)) {
                return null;
            }
            found++;
            site = new Site(name + descriptor, hooked.event());
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitMaxs(int maxStack, int maxLocals) {
                    site.maxLocals = maxLocals;
                }
            };
        }

        private boolean hasArgumentsOf(String descriptor) {
            Type[] arguments = Type.getArgumentTypes(descriptor);
            if (arguments.length != hooked.argumentTypes().size()) {
                return false;
            }
            for (int i = 0; i < arguments.length; i++) {
                if (!arguments[i].getClassName().equals(hooked.argumentTypes().get(i))) {
                    return false;
                }
            }
            return true;
        }
    }
}
