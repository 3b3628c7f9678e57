package io.langevin.sampling.work;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * An image whose file is made. The file is in {@code bytes} or in the artifact store.
 *
 * @param index of the image in its request
 * @param width in pixels
 * @param height in pixels
 * @param artifact the file's id in the store
 * @param sha256 of the file, in hexadecimal digits
 * @param score how unusual the given image is, where that was asked
 */
public record FinishedImage(
        int index,
        int width,
        int height,
        Optional<ByteBuffer> bytes,
        Optional<String> artifact,
        String sha256,
        OptionalDouble score,
        Instant generatedAt) {
    /** Memory that its file takes here, in bytes. */
    long held() {
        return bytes.map(ByteBuffer::remaining).orElse(0);
    }
}
