package com.approck.healthcheck.it.program;

/** A program with no worker pool: says hello, lives for as many milliseconds as it is told or until a line comes, says bye. */
public final class HelloProgram {

    private HelloProgram() {}

    public static void main(String[] args) throws Exception {
        System.out.println("hello");
        if (args[0].equals("line")) {
            System.in.read();
        } else {
            Thread.sleep(Long.parseLong(args[0]));
        }
        System.out.println("bye");
    }
}
