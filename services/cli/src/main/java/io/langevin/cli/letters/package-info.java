/** Records that no reader could use, and what becomes of them. */
package io.langevin.cli.letters;
