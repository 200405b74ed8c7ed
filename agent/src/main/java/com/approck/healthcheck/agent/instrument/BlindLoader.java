package com.approck.healthcheck.agent.instrument;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Tells of the hook a class loader that asks the boot loader for nothing but what it is told of. Into the method by which
 * the JVM asks it for a class goes, in Java:
 *
 * <pre>
 * if ("…Hook".equals(name)) return Hook.class;
 * …the method as it was…
 * </pre>
 *
 * <p>Nothing is asked of the JVM's command line ({@code jboss.modules.system.pkgs},
 * {@code org.osgi.framework.bootdelegation}), which would be too late for an agent that is attached.
 */
final class BlindLoader {
    private static final String HOOK = "com.approck.healthcheck.agent.bootstrap.Hook";
    private static final String METHOD = "loadClass";

    private BlindLoader() {}

    /**
     * The class loader that knows the hook.
     *
     * @param arguments of its method, as a descriptor has them
     * @throws UnexpectedClassException if it has no such method
     */
    static byte[] weave(byte[] classFile, String arguments) throws UnexpectedClassException {
        ClassReader reader = new ClassReader(classFile);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        String descriptor = arguments + "Ljava/lang/Class;";
        boolean[] found = new boolean[1];
        reader.accept(
                new ClassVisitor(Opcodes.ASM9, writer) {
                    @Override
                    public MethodVisitor visitMethod(
                            int access, String name, String ofMethod, String signature, String[] thrown) {
                        MethodVisitor method = super.visitMethod(access, name, ofMethod, signature, thrown);
                        if (!name.equals(METHOD) || !ofMethod.equals(descriptor)) {
                            return method;
                        }
                        found[0] = true;
                        return new KnowsTheHook(method, reader.getClassName(), arguments);
                    }
                },
                ClassReader.EXPAND_FRAMES);
        if (!found[0]) {
            throw new UnexpectedClassException("it has no method " + METHOD + arguments);
        }
        return writer.toByteArray();
    }

    private static final class KnowsTheHook extends MethodVisitor {
        private final Object[] atEntry;

        KnowsTheHook(MethodVisitor next, String owner, String arguments) {
            super(Opcodes.ASM9, next);
            atEntry = arguments.contains("Z")
                    ? new Object[] {owner, "java/lang/String", Opcodes.INTEGER}
                    : new Object[] {owner, "java/lang/String"};
        }

        @Override
        public void visitCode() {
            super.visitCode();
            Label body = new Label();
            mv.visitLdcInsn(HOOK);
            mv.visitVarInsn(Opcodes.ALOAD, 1);
            mv.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/String", "equals", "(Ljava/lang/Object;)Z", false);
            mv.visitJumpInsn(Opcodes.IFEQ, body);
            mv.visitLdcInsn(Type.getObjectType(HOOK.replace('.', '/')));
            mv.visitInsn(Opcodes.ARETURN);
            mv.visitLabel(body);
            mv.visitFrame(Opcodes.F_NEW, atEntry.length, atEntry, 0, new Object[0]);
            // The method may have a stack map of its own for its first instruction; there can't be two for one.
            mv.visitInsn(Opcodes.NOP);
        }
    }
}
