/**
 * The score network and what is done with it, without a topic or a record in sight. A {@link
 * io.langevin.score.NetworkArchitecture} is a list of stages; {@link
 * io.langevin.score.ScoreProgram} writes it as TorchScript over one flat vector of weights; {@link
 * io.langevin.score.CompiledNetwork} runs it. Training: {@link
 * io.langevin.score.DenoisingScoreMatching}. Sampling: {@link
 * io.langevin.trajectory.TrajectoryBatch} over a {@link io.langevin.trajectory.ScoreNetwork}.
 * Files: {@link io.langevin.score.Checkpoint}.
 */
package io.langevin.score;
