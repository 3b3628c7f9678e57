/** How near restored images come to the truth, beside linear baselines. */
package io.langevin.benchmarks.tasks;
