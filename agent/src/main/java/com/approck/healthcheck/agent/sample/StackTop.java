package com.approck.healthcheck.agent.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The top of a thread's stack, for people: where it is, and what of the application led there. Stateless. */
public final class StackTop {
    /** Frames that are read. Between a wait and the code that waits the JDK has about ten. */
    static final int READ_DEPTH = 40;

    /** Frames that are shown. */
    private static final int MAX_FRAMES = 5;

    /** Frames in a line of the log. */
    static final int LOGGED_DEPTH = 6;

    private static final List<String> OF_JDK = Arrays.asList("java.", "javax.", "jdk.", "sun.", "com.sun.");

    private StackTop() {}

    /**
     * Returns the state and then the innermost frames, without those of the JDK that follow the first, unless there are no
     * others.
     */
    static List<String> of(String state, StackTraceElement[] stack) {
        List<String> top = new ArrayList<>();
        top.add(state);
        boolean ofJdkAlone = Arrays.stream(stack).allMatch(StackTop::isOfJdk);
        for (int i = 0; i < stack.length && top.size() <= MAX_FRAMES; i++) {
            if (i == 0 || ofJdkAlone || !isOfJdk(stack[i])) {
                top.add(text(stack[i]));
            }
        }
        return top;
    }

    /** Returns the innermost frames for a line of the log: {@code ", at A < B < C"}; empty if there are none. */
    static String inOneLine(StackTraceElement[] stack) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < Math.min(LOGGED_DEPTH, stack.length); i++) {
            line.append(i == 0 ? ", at " : " < ").append(text(stack[i]));
        }
        return line.toString();
    }

    /** Returns a frame as a thread dump has it, without loader and module. */
    public static String text(StackTraceElement frame) {
        String place = frame.getFileName() == null ? "Unknown Source" : frame.getFileName();
        return frame.getClassName() + "." + frame.getMethodName() + "("
                + (frame.isNativeMethod() ? "Native Method" : place)
                + (frame.getLineNumber() >= 0 ? ":" + frame.getLineNumber() : "") + ")";
    }

    /** Returns whether a frame is of a class of the JDK. */
    public static boolean isOfJdk(StackTraceElement frame) {
        for (String prefix : OF_JDK) {
            if (frame.getClassName().startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
