/** Commands about what models have: which checkpoint serves, which waits, which was before. */
package io.langevin.cli.models;
