package io.langevin.publishing;

import io.langevin.artifacts.ArtifactId;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.score.Checkpoint;
import java.time.Instant;

/** What is told of a checkpoint when a model has it from now on. */
public final class Announcement {
    private Announcement() {}

    /**
     * An announcement of now; whoever announces it adds whose run it is of.
     *
     * @param id under which the store has the checkpoint
     */
    public static PublishedCheckpoint.Builder of(
            String model, ArtifactId id, Checkpoint checkpoint) {
        var architecture = checkpoint.architecture();
        return PublishedCheckpoint.newBuilder()
                .setModel(model)
                .setCheckpoint(id.hex())
                .setFamily(architecture.family().officialName())
                .setNgf(architecture.ngf())
                .setImageSize(architecture.imageSize())
                .setChannels(architecture.channels())
                .setLevels(checkpoint.schedule().levels())
                .setStepsPerLevel(checkpoint.stepsPerLevel())
                .setScheduleId(checkpoint.scheduleId())
                .setPublishedAt(Instant.now());
    }
}
