package io.langevin.publishing.judging;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.client.Langevin;
import io.langevin.client.NotCompletedException;
import io.langevin.client.Sampling;
import io.langevin.client.SamplingCall;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.quality.ImageSet;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.Priority;
import io.langevin.records.SampleRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Images of a checkpoint as any client gets them: a request behind everybody else's, and its images
 * off the topic.
 */
final class SampledImages implements AutoCloseable {
    /** Two checkpoints are compared by images that begin with the same noise. */
    private static final long SEED = 2020;

    private final Langevin platform;
    private final ArtifactStore artifacts;
    private final Duration patience;

    /**
     * @param evaluations of the network for one image
     */
    record Sample(ImageSet images, double evaluations) {}

    /**
     * @param patience how long to wait for the next image
     */
    private SampledImages(Langevin platform, ArtifactStore artifacts, Duration patience) {
        this.platform = platform;
        this.artifacts = artifacts;
        this.patience = patience;
    }

    /** Connects; images are followed from now on. */
    static SampledImages connect(KafkaConfig kafka, ArtifactStore artifacts, Duration patience)
            throws InterruptedException {
        return new SampledImages(Langevin.connect(kafka, patience), artifacts, patience);
    }

    /**
     * @param checkpoint artifact id, published or not
     * @param count how many
     * @throws RejectedException where the samplers refuse the checkpoint
     * @throws NotJudgedException where no image has come for a long time
     */
    Sample of(String model, String checkpoint, int count, JobContext context)
            throws InterruptedException {
        var arrived = new AtomicLong(System.nanoTime());
        SamplingCall call =
                platform.sample(
                        SampleRequest.newBuilder()
                                .setRequestId(UUID.randomUUID().toString())
                                .setModel(model)
                                .setCheckpoint(checkpoint)
                                .setCount(count)
                                .setSeed(SEED)
                                .setPriority(Priority.BATCH)
                                .setImageFormat(ImageFormat.FLOAT32)
                                .setLabels(Map.of("purpose", "judging " + checkpoint))
                                .build(),
                        image -> arrived.set(System.nanoTime()));
        try {
            Sampling.Answer answer = AwaitedCall.answer(call, arrived, patience, context);
            return sample(answer);
        } catch (NotCompletedException e) {
            throw new RejectedException("candidate %s: %s".formatted(checkpoint, e.getMessage()));
        } finally {
            if (!call.answer().isDone()) {
                call.cancel("its images are not needed any longer");
            }
        }
    }

    /**
     * @throws IllegalArgumentException where the images are not of one shape
     */
    private Sample sample(Sampling.Answer answer) {
        GeneratedImage first = answer.images().get(0);
        int dimension =
                Math.multiplyExact(
                        first.getChannels(),
                        Math.multiplyExact(first.getHeight(), first.getWidth()));
        float[] pixels = new float[Math.multiplyExact(answer.images().size(), dimension)];
        for (int i = 0; i < answer.images().size(); i++) {
            ByteBuffer image = bytes(answer.images().get(i)).order(ByteOrder.LITTLE_ENDIAN);
            if (image.remaining() != dimension * Float.BYTES) {
                throw new IllegalArgumentException(
                        "image %d: must have %d bytes like the first, not %d"
                                .formatted(i, dimension * Float.BYTES, image.remaining()));
            }
            image.asFloatBuffer().get(pixels, i * dimension, dimension);
        }
        return new Sample(
                ImageSet.clamped(first.getChannels(), first.getHeight(), pixels),
                (double) answer.outcome().getNetworkEvaluations() / answer.images().size());
    }

    /** Large images are in the store. */
    private ByteBuffer bytes(GeneratedImage image) {
        if (image.getBytes() == null && image.getArtifact() == null) {
            throw new IllegalArgumentException("image %d: is empty".formatted(image.getIndex()));
        }
        return image.getBytes() == null
                ? ByteBuffer.wrap(artifacts.get(new ArtifactId(image.getArtifact())))
                : image.getBytes().duplicate();
    }

    @Override
    public void close() {
        platform.close();
    }
}
