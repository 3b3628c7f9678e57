package io.langevin.sampling.request;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.trajectory.Float32;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An image that comes with a request, or other numbers.
 *
 * @param field of the task
 * @param bytes null where {@code artifact} says where they are
 * @param artifact null where the bytes are given
 */
public record GivenImage(String field, ByteBuffer bytes, String artifact) {
    /**
     * Bytes of an image's file: 4 million pixels of four channels of 16 bits, hardly compressed.
     */
    private static final int LARGEST_FILE = 36_000_000;

    /** Pixels are 0 to 1; a network makes numbers of no use of much larger ones. */
    private static final float LARGEST_NUMBER = 1e9f;

    /**
     * Reads it as the network's images are.
     *
     * @return channels·height·width numbers, channel by channel
     * @throws RejectedException which field, which rule, which value
     * @throws java.io.UncheckedIOException where the store is away
     */
    public float[] pixels(ImageShape shape, ArtifactStore artifacts) {
        requireOneWay();
        try {
            int floats = Float.BYTES * shape.channels() * shape.size() * shape.size();
            byte[] file = file(Math.max(LARGEST_FILE, floats), artifacts);
            if (file.length == floats && !ImageDataset.isImage(file)) {
                return floats(file);
            }
            return ImageDataset.decode(file, shape);
        } catch (DatasetException | ArtifactException | IllegalArgumentException e) {
            throw new RejectedException("task.%s: %s".formatted(field, e.getMessage()));
        }
    }

    /**
     * Reads little-endian float32 numbers that are no image.
     *
     * @param most how many there may be
     * @return at least one
     * @throws RejectedException which field, which rule, which value
     * @throws java.io.UncheckedIOException where the store is away
     */
    public float[] numbers(int most, ArtifactStore artifacts) {
        requireOneWay();
        try {
            byte[] file = file((long) Float.BYTES * most, artifacts);
            int count = file.length / Float.BYTES;
            require(
                    file.length % Float.BYTES == 0 && count >= 1 && count <= most,
                    "task." + field,
                    "be 1 to %d float32 numbers".formatted(most),
                    file.length + " bytes");
            return floats(file);
        } catch (ArtifactException | IllegalArgumentException e) {
            throw new RejectedException("task.%s: %s".formatted(field, e.getMessage()));
        }
    }

    /** SHA-256 of its bytes, in hexadecimal digits; empty where it is not given. */
    public Optional<String> sha256() {
        return bytes == null
                ? Optional.ofNullable(artifact)
                : Optional.of(ArtifactId.of(copyOf(bytes)).hex());
    }

    private void requireOneWay() {
        require(
                bytes == null ^ artifact == null,
                "task.%s and task.%sArtifact".formatted(field, field),
                "be given one or the other",
                bytes == null ? "none" : "both");
    }

    private byte[] file(long most, ArtifactStore artifacts) {
        return bytes == null ? artifacts.get(new ArtifactId(artifact), most) : copyOf(bytes);
    }

    private float[] floats(byte[] file) {
        float[] pixels = Float32.numbers(ByteBuffer.wrap(file));
        for (float pixel : pixels) {
            require(
                    Math.abs(pixel) <= LARGEST_NUMBER,
                    "task." + field,
                    "have finite numbers up to " + LARGEST_NUMBER,
                    pixel);
        }
        return pixels;
    }

    private static byte[] copyOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
