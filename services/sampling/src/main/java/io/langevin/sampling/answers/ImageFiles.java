package io.langevin.sampling.answers;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.text.FlatRecord;
import io.langevin.records.ImageFormat;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.FinishedImage;
import io.langevin.sampling.work.Picture;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Makes the files of finished images; large ones go to the artifact store. */
public final class ImageFiles {
    /** Images of a request stay in memory until it ends: those of a larger one go to the store. */
    private static final long INLINE_BYTES_OF_A_REQUEST = 16 << 20;

    private final int inlineLimit;
    private final ArtifactStore artifacts;

    /**
     * @param inlineLimit bytes of a file above which it goes to the store
     */
    public ImageFiles(int inlineLimit, ArtifactStore artifacts) {
        this.inlineLimit = inlineLimit;
        this.artifacts = artifacts;
    }

    /**
     * Makes the file of an image at the end of its plan.
     *
     * @throws java.io.UncheckedIOException where the store is away
     * @throws RejectedException where the network has made numbers of no size
     */
    FinishedImage of(ActiveRequest.Image done, float[] pixels) {
        ActiveRequest active = done.request();
        SamplingRequest request = active.request();
        Picture picture = active.work().picture(done.afterRow(), pixels);
        requireFinite(picture.pixels(), done.index());
        int channels = active.network().checkpoint().architecture().channels();
        Map<String, String> text =
                request.describes() && request.imageFormat() == ImageFormat.PNG
                        ? FlatRecord.fields(ImageOrigins.of(active, done.index()))
                        : Map.of();
        byte[] file = ImageFile.of(picture, channels, request.imageFormat(), text);
        boolean inline =
                file.length <= inlineLimit
                        && (long) file.length * request.count() <= INLINE_BYTES_OF_A_REQUEST;
        return new FinishedImage(
                done.index(),
                picture.width(),
                picture.height(),
                inline ? Optional.of(ByteBuffer.wrap(file)) : Optional.empty(),
                inline ? Optional.empty() : Optional.of(artifacts.put(file).hex()),
                ArtifactId.of(file).hex(),
                active.work().score(done.afterRow()),
                Instant.now());
    }

    /** Steps that are too large for a network, or numbers that it was not trained for, grow. */
    private static void requireFinite(float[] pixels, int index) {
        for (float pixel : pixels) {
            if (!Float.isFinite(pixel)) {
                throw new RejectedException(
                        "sampler: must lead to finite numbers with this checkpoint and task, not to"
                                + " %s in image %d".formatted(pixel, index));
            }
        }
    }
}
