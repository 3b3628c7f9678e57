/**
 * Many images on their way at once: a {@link io.langevin.trajectory.TrajectoryBatch} takes each of
 * them along its own sampling plan, with one call of a {@link io.langevin.trajectory.ScoreNetwork}
 * for all. Where an image's noise comes from is in {@link io.langevin.trajectory.ImageNoise}, what
 * a task does after a row in {@link io.langevin.trajectory.AfterRow}.
 */
package io.langevin.trajectory;
