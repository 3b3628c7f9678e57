package io.langevin.cli;

/**
 * A command of a module that not every class path has. Its module names it in {@code
 * META-INF/services}; the command line adds it where it finds it.
 */
public interface ExtraCommand {}
