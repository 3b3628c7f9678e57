package io.langevin.embedded;

import java.io.IOException;

/**
 * The main of the registry's process: runs the registry's own main for as long as the parent lives.
 *
 * <p>The parent holds the other end of standard input and never writes to it. The operating system
 * closes the pipe when the parent ends, however it ends, and this process then ends too. It depends
 * on nothing but the JDK.
 */
final class RegistryMain {
    private RegistryMain() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        var watcher = new Thread(RegistryMain::exitWithTheParent, "parent-watcher");
        watcher.setDaemon(true);
        watcher.start();
        Class.forName("io.quarkus.runner.GeneratedMain")
                .getMethod("main", String[].class)
                .invoke(null, (Object) args);
    }

    /** Runs on the watcher's thread; returns by ending the process. */
    private static void exitWithTheParent() {
        try {
            while (System.in.read() >= 0) {
                // The parent has nothing to say: only the end of the stream counts.
            }
        } catch (IOException brokenPipe) {
            System.err.println("the parent is gone: " + brokenPipe);
        }
        Runtime.getRuntime().halt(0);
    }
}
