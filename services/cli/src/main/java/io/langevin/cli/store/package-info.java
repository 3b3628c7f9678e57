/** Commands about the store of artifacts. */
package io.langevin.cli.store;
