/** Commands about retraining runs that are under way, and about rules that begin them. */
package io.langevin.cli.runs;
