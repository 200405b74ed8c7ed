package com.approck.healthcheck.agent.instrument;

import com.approck.healthcheck.agent.pool.PoolType.HookKind;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Writes calls of the hook into one method. For a task, in Java:
 *
 * <pre>
 * boolean began;
 * try { began = Hook.taskBegan(this); } catch (Throwable any) { began = false; }
 * try {
 *     …the method as it was…
 * } finally {
 *     try { if (began) Hook.taskEnded(); } catch (Throwable any) { }
 * }
 * </pre>
 *
 * <p>Nothing that the hook throws gets out, not even that a class loader does not find it. The method's code keeps its own
 * local variables and handlers; {@code began} and the value that is returned lie behind them. The stack maps are written
 * without a look at any other class: a map may say less of a variable than is known, so all that is not needed any more is
 * left out (Java Virtual Machine Specification, section 4.10.1.2, type "top").
 */
final class Advice extends MethodVisitor {
    private static final String HOOK = "com/approck/healthcheck/agent/bootstrap/Hook";
    private static final String THROWABLE = "java/lang/Throwable";
    private static final Object[] NOTHING = {};

    private final HookKind event;
    private final String owner;
    private final Type[] arguments;
    private final Type returned;
    private final int ownLocals;
    private final Label bodyStart = new Label();
    private final Label exit = new Label();
    private boolean returns;

    /**
     * @param next gets the method with the calls in it; it must compute the sizes of stack and local variables
     * @param owner the internal name of the class
     * @param ownLocals how many local variables the method itself has
     */
    Advice(MethodVisitor next, HookKind event, String owner, String descriptor, int ownLocals) {
        super(Opcodes.ASM9, next);
        this.event = event;
        this.owner = owner;
        this.arguments = Type.getArgumentTypes(descriptor);
        this.returned = Type.getReturnType(descriptor);
        this.ownLocals = ownLocals;
    }

    private boolean hasEnter() {
        return event == HookKind.TASK || event == HookKind.TASK_BEGAN || event == HookKind.TASK_ENDED;
    }

    private boolean hasExit() {
        return event == HookKind.TASK || event == HookKind.POOL_STARTED || event == HookKind.POOL_STOPPED;
    }

    /** The first variable behind the method's own: whether the task began. */
    private int began() {
        return ownLocals;
    }

    /** The variable behind that: what is returned or thrown. */
    private int result() {
        return ownLocals + 1;
    }

    @Override
    public void visitCode() {
        super.visitCode();
        if (hasEnter()) {
            enter();
        }
        mv.visitLabel(bodyStart);
    }

    private void enter() {
        Label tryStart = new Label();
        Label tryEnd = new Label();
        Label failed = new Label();
        Label body = new Label();
        mv.visitTryCatchBlock(tryStart, tryEnd, failed, THROWABLE);
        mv.visitLabel(tryStart);
        if (event == HookKind.TASK_ENDED) {
            mv.visitMethodInsn(Opcodes.INVOKESTATIC, HOOK, "taskEnded", "()V", false);
        } else {
            mv.visitVarInsn(Opcodes.ALOAD, 0);
            mv.visitMethodInsn(Opcodes.INVOKESTATIC, HOOK, "taskBegan", "(Ljava/lang/Object;)Z", false);
            if (event == HookKind.TASK) {
                mv.visitVarInsn(Opcodes.ISTORE, began());
            } else {
                mv.visitInsn(Opcodes.POP);
            }
        }
        mv.visitLabel(tryEnd);
        mv.visitJumpInsn(Opcodes.GOTO, body);
        mv.visitLabel(failed);
        Object[] entry = atEntry();
        mv.visitFrame(Opcodes.F_NEW, entry.length, entry, 1, new Object[] {THROWABLE});
        mv.visitInsn(Opcodes.POP);
        if (event == HookKind.TASK) {
            mv.visitInsn(Opcodes.ICONST_0);
            mv.visitVarInsn(Opcodes.ISTORE, began());
        }
        mv.visitLabel(body);
        visitFrame(Opcodes.F_NEW, entry.length, entry, 0, NOTHING);
        // The method may have a stack map of its own for its first instruction; there can't be two for one.
        mv.visitInsn(Opcodes.NOP);
    }

    @Override
    public void visitFrame(int type, int localCount, Object[] local, int stackCount, Object[] stack) {
        if (event == HookKind.TASK) {
            Object[] more = padded(local, localCount, ownLocals, Opcodes.INTEGER);
            mv.visitFrame(type, more.length, more, stackCount, stack);
        } else {
            mv.visitFrame(type, localCount, local, stackCount, stack);
        }
    }

    @Override
    public void visitInsn(int opcode) {
        if (hasExit() && opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
            returns = true;
            if (opcode != Opcodes.RETURN) {
                mv.visitVarInsn(returned.getOpcode(Opcodes.ISTORE), result());
            }
            mv.visitJumpInsn(Opcodes.GOTO, exit);
        } else {
            mv.visitInsn(opcode);
        }
    }

    @Override
    public void visitMaxs(int maxStack, int maxLocals) {
        if (hasExit()) {
            exits();
        }
        super.visitMaxs(maxStack, maxLocals);
    }

    private void exits() {
        Label bodyEnd = new Label();
        mv.visitLabel(bodyEnd);
        if (returns) {
            mv.visitLabel(exit);
            boolean hasResult = returned.getSort() != Type.VOID;
            Object[] locals = atExit(hasResult ? inFrame(returned) : null);
            mv.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, NOTHING);
            tell(locals);
            if (hasResult) {
                mv.visitVarInsn(returned.getOpcode(Opcodes.ILOAD), result());
            }
            mv.visitInsn(returned.getOpcode(Opcodes.IRETURN));
        }
        if (event != HookKind.POOL_STARTED) {
            Label thrown = new Label();
            // The last of the table of handlers: those of the method itself come first.
            mv.visitTryCatchBlock(bodyStart, bodyEnd, thrown, THROWABLE);
            mv.visitLabel(thrown);
            Object[] locals = atExit(null);
            mv.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {THROWABLE});
            mv.visitVarInsn(Opcodes.ASTORE, result());
            tell(atExit(THROWABLE));
            mv.visitVarInsn(Opcodes.ALOAD, result());
            mv.visitInsn(Opcodes.ATHROW);
        }
    }

    private void tell(Object[] locals) {
        Label tryStart = new Label();
        Label tryEnd = new Label();
        Label failed = new Label();
        Label done = new Label();
        mv.visitTryCatchBlock(tryStart, tryEnd, failed, THROWABLE);
        if (event == HookKind.TASK) {
            mv.visitVarInsn(Opcodes.ILOAD, began());
            mv.visitJumpInsn(Opcodes.IFEQ, done);
            mv.visitLabel(tryStart);
            mv.visitMethodInsn(Opcodes.INVOKESTATIC, HOOK, "taskEnded", "()V", false);
        } else {
            mv.visitVarInsn(Opcodes.ALOAD, 0);
            mv.visitLabel(tryStart);
            String method = event == HookKind.POOL_STARTED ? "poolStarted" : "poolStopped";
            mv.visitMethodInsn(Opcodes.INVOKESTATIC, HOOK, method, "(Ljava/lang/Object;)V", false);
        }
        mv.visitLabel(tryEnd);
        mv.visitJumpInsn(Opcodes.GOTO, done);
        mv.visitLabel(failed);
        mv.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {THROWABLE});
        mv.visitInsn(Opcodes.POP);
        mv.visitLabel(done);
        mv.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, NOTHING);
    }

    private Object[] atEntry() {
        Object[] locals = new Object[1 + arguments.length];
        locals[0] = owner;
        for (int i = 0; i < arguments.length; i++) {
            locals[1 + i] = inFrame(arguments[i]);
        }
        return locals;
    }

    /** @param result the type of what is returned or thrown; null if there is nothing yet */
    private Object[] atExit(Object result) {
        Object[] before = event == HookKind.TASK ? NOTHING : new Object[] {owner};
        Object[] locals =
                padded(before, before.length, ownLocals, event == HookKind.TASK ? Opcodes.INTEGER : Opcodes.TOP);
        return result == null ? locals : padded(locals, locals.length, result(), result);
    }

    /** The local variables of a stack map, and one more that has the given index. */
    private static Object[] padded(Object[] local, int localCount, int index, Object last) {
        int width = 0;
        for (int i = 0; i < localCount; i++) {
            width += Opcodes.LONG.equals(local[i]) || Opcodes.DOUBLE.equals(local[i]) ? 2 : 1;
        }
        Object[] more = new Object[localCount + index - width + 1];
        System.arraycopy(local, 0, more, 0, localCount);
        for (int i = localCount; i < more.length - 1; i++) {
            more[i] = Opcodes.TOP;
        }
        more[more.length - 1] = last;
        return more;
    }

    private static Object inFrame(Type type) {
        switch (type.getSort()) {
            case Type.BOOLEAN:
            case Type.CHAR:
            case Type.BYTE:
            case Type.SHORT:
            case Type.INT:
                return Opcodes.INTEGER;
            case Type.FLOAT:
                return Opcodes.FLOAT;
            case Type.LONG:
                return Opcodes.LONG;
            case Type.DOUBLE:
                return Opcodes.DOUBLE;
            default:
                return type.getInternalName();
        }
    }
}
