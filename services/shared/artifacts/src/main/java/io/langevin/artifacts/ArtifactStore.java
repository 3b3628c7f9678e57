package io.langevin.artifacts;

import java.io.UncheckedIOException;
import java.util.function.Consumer;

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
     * @param most bytes: a larger one is not read, since whoever named it may have any in mind
     * @throws ArtifactException where it is missing or larger, or its bytes do not have that digest
     * @throws UncheckedIOException where the store cannot be reached
     */
    byte[] get(ArtifactId id, long most);

    /** The blob of that name, of at most half of the heap: what is made of it has as many bytes. */
    default byte[] get(ArtifactId id) {
        return get(id, Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 2));
    }

    /**
     * Hands over every blob that is there, in no order. One that is put or deleted meanwhile may be
     * among them or not.
     *
     * @throws UncheckedIOException where the store cannot be reached
     */
    void forEach(Consumer<StoredArtifact> consumer);

    /** Forgets a blob; one that is not there is no error. */
    void delete(ArtifactId id);

    @Override
    void close();

    /** Checks the size of what a store has. */
    static void requireAtMost(long most, ArtifactId id, long size) {
        if (size > most) {
            throw new ArtifactException(
                    "artifact %s: must be at most %d bytes, not %d".formatted(id, most, size));
        }
    }

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
