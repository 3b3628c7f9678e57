package io.langevin.sampling.answers;

import io.langevin.records.GeneratedImage;
import io.langevin.records.SavedSampling;
import io.langevin.records.SavedTrajectory;
import io.langevin.sampling.work.FinishedImage;
import io.langevin.sampling.work.Progress;
import io.langevin.trajectory.Float32;
import io.langevin.trajectory.Saved;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** How far a request has come as a record, and back. Numbers are little-endian float32. */
final class SavedStates {
    private SavedStates() {}

    /**
     * @param images records of the progress' finished images
     */
    static SavedSampling record(Progress progress, List<GeneratedImage> images) {
        return SavedSampling.newBuilder()
                .setImages(images)
                .setTrajectories(progress.begun().stream().map(SavedStates::trajectory).toList())
                .setFirstCallAt(progress.firstCall())
                .build();
    }

    /**
     * @throws IllegalArgumentException where a finished image has no file
     */
    static Progress progress(SavedSampling record) {
        return new Progress(
                record.getImages().stream().map(SavedStates::finished).toList(),
                record.getTrajectories().stream().map(SavedStates::begun).toList(),
                record.getFirstCallAt());
    }

    private static FinishedImage finished(GeneratedImage image) {
        if (image.getBytes() == null && image.getArtifact() == null) {
            throw new IllegalArgumentException(
                    "images: number %d has no file".formatted(image.getIndex()));
        }
        return new FinishedImage(
                image.getIndex(),
                image.getWidth(),
                image.getHeight(),
                Optional.ofNullable(image.getBytes()),
                Optional.ofNullable(image.getArtifact()),
                image.getSha256(),
                image.getScore() == null
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(image.getScore()),
                image.getGeneratedAt());
    }

    private static SavedTrajectory trajectory(Progress.Begun begun) {
        Saved state = begun.state();
        return SavedTrajectory.newBuilder()
                .setIndex(begun.index())
                .setRow(state.row())
                .setX(Float32.bytes(state.x()))
                .setKept(Float32.bytes(state.kept()))
                .setDrawn(Arrays.stream(state.drawn()).boxed().toList())
                .setGathered(Float32.bytes(state.gathered()))
                .build();
    }

    private static Progress.Begun begun(SavedTrajectory record) {
        var state =
                new Saved(
                        record.getRow(),
                        Float32.numbers(record.getX()),
                        Float32.numbers(record.getKept()),
                        record.getDrawn().stream().mapToLong(Long::longValue).toArray(),
                        Float32.numbers(record.getGathered()));
        return new Progress.Begun(record.getIndex(), state);
    }
}
