/**
 * The command line, one class a command. {@link io.langevin.client.PlatformClient} is what commands
 * talk to; {@link io.langevin.cli.terminal.CommandFailure} is how they fail: one sentence and an
 * exit code.
 */
package io.langevin.cli;
