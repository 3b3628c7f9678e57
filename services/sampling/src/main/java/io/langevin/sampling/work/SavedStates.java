package io.langevin.sampling.work;

import io.langevin.records.SavedTrajectory;
import io.langevin.trajectory.Saved;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
                .setX(bytes(saved.x()))
                .setKept(bytes(saved.kept()))
                .setDrawn(Arrays.stream(saved.drawn()).boxed().toList())
                .setGathered(bytes(saved.gathered()))
                .build();
    }

    static Saved state(SavedTrajectory record) {
        return new Saved(
                record.getRow(),
                floats(record.getX()),
                floats(record.getKept()),
                record.getDrawn().stream().mapToLong(Long::longValue).toArray(),
                floats(record.getGathered()));
    }

    private static ByteBuffer bytes(float[] numbers) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return bytes;
    }

    private static float[] floats(ByteBuffer bytes) {
        float[] numbers = new float[bytes.remaining() / Float.BYTES];
        bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
        return numbers;
    }
}
