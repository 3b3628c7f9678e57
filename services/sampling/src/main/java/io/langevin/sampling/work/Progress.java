package io.langevin.sampling.work;

import io.langevin.trajectory.Saved;
import java.time.Instant;
import java.util.List;

/**
 * How far a request has come: what its next worker needs to go on with it.
 *
 * @param finished images whose files are made
 * @param begun images on their way
 * @param firstCall when its first network call began
 */
public record Progress(List<FinishedImage> finished, List<Begun> begun, Instant firstCall) {
    /**
     * An image on its way.
     *
     * @param index of the image in its request
     */
    public record Begun(int index, Saved state) {}
}
