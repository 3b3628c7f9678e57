package io.langevin.sampling.work;

import io.langevin.records.SavedTrajectory;
import io.langevin.trajectory.Float32;
import io.langevin.trajectory.Saved;
import java.util.Arrays;

/** The state of an image on its way as a record, and back. Numbers are little-endian float32. */
public final class SavedStates {
    private SavedStates() {}

    /**
     * @param index of the image in its request
     */
    public static SavedTrajectory record(int index, Saved saved) {
        return SavedTrajectory.newBuilder()
                .setIndex(index)
                .setRow(saved.row())
                .setX(Float32.bytes(saved.x()))
                .setKept(Float32.bytes(saved.kept()))
                .setDrawn(Arrays.stream(saved.drawn()).boxed().toList())
                .setGathered(Float32.bytes(saved.gathered()))
                .build();
    }

    static Saved state(SavedTrajectory record) {
        return new Saved(
                record.getRow(),
                Float32.numbers(record.getX()),
                Float32.numbers(record.getKept()),
                record.getDrawn().stream().mapToLong(Long::longValue).toArray(),
                Float32.numbers(record.getGathered()));
    }
}
