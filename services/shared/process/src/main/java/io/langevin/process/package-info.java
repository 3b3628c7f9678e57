/**
 * The life of a process, whatever it is for: {@link io.langevin.process.ServiceMain} reads its
 * settings, waits for what it needs, starts it, tells its health and stops it cleanly.
 */
package io.langevin.process;
