package com.approck.healthcheck.it.program;

/** A program with no worker pool: says hello, lives for as many milliseconds as it is told, says bye. */
public final class HelloProgram {

    private HelloProgram() {}

    public static void main(String[] args) throws InterruptedException {
        System.out.println("hello");
        Thread.sleep(Long.parseLong(args[0]));
        System.out.println("bye");
    }
}
