package io.langevin.sampling;

import io.langevin.noise.AnnealedLangevin;
import io.langevin.records.GeneratedImage;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.TrajectoryBatch;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;

/** Images to ask with and to compare with. */
final class TestImages {
    private TestImages() {}

    static Task inpainting(byte[] image, byte[] mask) {
        return Task.newBuilder()
                .setKind(TaskKind.INPAINT)
                .setImage(ByteBuffer.wrap(image))
                .setMask(ByteBuffer.wrap(mask))
                .build();
    }

    /** A grey image of 17·x + y. */
    static byte[] png(int size) {
        return png(size, (x, y) -> 17 * x + y);
    }

    static byte[] png(int size, IntBinaryOperator grey) {
        var image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                image.getRaster().setSample(x, y, 0, grey.applyAsInt(x, y));
            }
        }
        var bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Of a FLOAT32 image. */
    static float[] floats(GeneratedImage image) {
        var buffer = image.getBytes().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] pixels = new float[buffer.remaining()];
        buffer.get(pixels);
        return pixels;
    }

    /** The image of a seed, by Algorithm 1 with T = 2 in a batch of one. */
    static float[] computed(Checkpoint checkpoint, long seed) {
        var plan = AnnealedLangevin.plan(checkpoint.schedule(), 2, 1e-4, true);
        try (var batch = new TrajectoryBatch<String>(new TorchScoreNetwork(checkpoint), 1)) {
            batch.add("", plan, ImageNoise.seeded(seed));
            var finished = batch.step();
            while (finished.isEmpty()) {
                finished = batch.step();
            }
            return finished.get(0).pixels();
        }
    }
}
