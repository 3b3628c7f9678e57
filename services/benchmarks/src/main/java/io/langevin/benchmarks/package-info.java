/** Measurements, each a ratio of two figures of the same run. */
package io.langevin.benchmarks;
