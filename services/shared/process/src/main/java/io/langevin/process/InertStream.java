package io.langevin.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * The process's error stream, on which a line stays a line: what loggers write may have come from
 * outside, with line feeds and escape codes in it.
 */
public final class InertStream extends PrintStream {
    InertStream(OutputStream out) {
        super(out, true, Charset.defaultCharset());
    }

    /** Puts it into the place of {@link System#err}. */
    public static void install() {
        System.setErr(new InertStream(new FileOutputStream(FileDescriptor.err)));
    }

    @Override
    public void println(String line) {
        super.println(line == null ? null : Inert.text(line.replace("\t", "    ")));
    }

    /** A line of a stack, or its first line with the message. */
    @Override
    public void println(Object line) {
        println(String.valueOf(line));
    }
}
