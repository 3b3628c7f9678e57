package io.langevin.artifacts;

import java.io.UncheckedIOException;

/** Content-addressed blobs. Safe to use from several threads and processes at once. */
public interface ArtifactStore extends AutoCloseable {

    /**
     * Keeps a blob; a second time changes nothing, but for a blob that was damaged meanwhile, which
     * is whole again. When it returns, every reader sees the blob whole.
     *
     * @throws UncheckedIOException where the store cannot be reached
     */
    ArtifactId put(byte[] bytes);

    /**
     * The blob of that name.
     *
     * @throws ArtifactException where it is missing or its bytes do not have that digest
     * @throws UncheckedIOException where the store cannot be reached
     */
    byte[] get(ArtifactId id);

    /** Forgets a blob; one that is not there is no error. */
    void delete(ArtifactId id);

    @Override
    void close();

    /** Checks what a store returned against its name. */
    static byte[] verified(ArtifactId id, byte[] bytes) {
        if (!ArtifactId.of(bytes).equals(id)) {
            throw new ArtifactException(
                    "artifact %s: its %d bytes do not have that digest"
                            .formatted(id, bytes.length));
        }
        return bytes;
    }
}
