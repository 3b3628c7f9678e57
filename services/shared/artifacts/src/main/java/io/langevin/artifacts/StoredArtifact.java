package io.langevin.artifacts;

import java.time.Instant;

/**
 * A blob as a store lists it.
 *
 * @param bytes its size
 * @param written when it was put for the last time
 */
public record StoredArtifact(ArtifactId id, long bytes, Instant written) {}
