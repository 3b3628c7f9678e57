/** What a person at a terminal sees of a command: progress, pictures, and why it failed. */
package io.langevin.cli.terminal;
