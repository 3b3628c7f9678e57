/**
 * The training service: score networks from data and a schedule. {@link
 * io.langevin.training.ScoreTrainer} trains; {@link io.langevin.training.TrainingSnapshot} is what
 * a training leaves behind to go on from after a crash.
 */
package io.langevin.training;
