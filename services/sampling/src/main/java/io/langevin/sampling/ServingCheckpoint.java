package io.langevin.sampling;

import io.langevin.artifacts.ArtifactId;
import io.langevin.score.Checkpoint;

/**
 * A verified checkpoint in memory.
 *
 * @param id of its blob
 */
record ServingCheckpoint(ArtifactId id, Checkpoint checkpoint) {}
