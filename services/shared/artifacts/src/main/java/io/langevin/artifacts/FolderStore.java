package io.langevin.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A folder of blobs: {@code ab/abcdef…}, each written beside its place, synced, then moved there.
 */
final class FolderStore implements ArtifactStore {
    private final Path folder;

    FolderStore(Path folder) {
        this.folder = folder;
    }

    @Override
    public ArtifactId put(byte[] bytes) {
        ArtifactId id = ArtifactId.of(bytes);
        Path place = place(id);
        try {
            if (isWhole(place, id)) {
                // whoever deletes what nobody needs goes by when it was last put
                Files.setLastModifiedTime(place, FileTime.from(Instant.now()));
                return id;
            }
            Files.createDirectories(place.getParent());
            Path part = Files.createTempFile(place.getParent(), id.hex(), ".part");
            try {
                writeSynced(part, bytes);
                move(part, place);
            } finally {
                Files.deleteIfExists(part);
            }
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException("artifacts: cannot write to " + folder, e);
        }
    }

    /** A blob that has been damaged is written anew by whoever has it. */
    private static boolean isWhole(Path place, ArtifactId id) {
        try {
            return Files.exists(place) && ArtifactId.of(Files.readAllBytes(place)).equals(id);
        } catch (IOException e) {
            return false; // writing says what is wrong
        }
    }

    private static void writeSynced(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public byte[] get(ArtifactId id, long most) {
        try {
            ArtifactStore.requireAtMost(most, id, Files.size(place(id)));
            return ArtifactStore.verified(id, Files.readAllBytes(place(id)));
        } catch (NoSuchFileException e) {
            if (!Files.isDirectory(folder)) { // such as a disk that is not mounted
                throw new UncheckedIOException("artifacts: there is no folder " + folder, e);
            }
            throw new ArtifactException("artifact %s: not in the store".formatted(id));
        } catch (IOException e) {
            throw new UncheckedIOException("artifacts: cannot read from " + folder, e);
        }
    }

    @Override
    public void forEach(Consumer<StoredArtifact> consumer) {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "??")) {
            for (Path part : parts) {
                forEachIn(part, consumer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("artifacts: cannot list " + folder, e);
        }
    }

    private static void forEachIn(Path part, Consumer<StoredArtifact> consumer) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(part)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (ArtifactId.isId(name)) { // and no part of one that is being written
                    stored(file, new ArtifactId(name)).ifPresent(consumer);
                }
            }
        }
    }

    /** Empty where it was deleted meanwhile. */
    private static Optional<StoredArtifact> stored(Path file, ArtifactId id) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(
                    new StoredArtifact(id, found.size(), found.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void delete(ArtifactId id) {
        try {
            Files.deleteIfExists(place(id));
        } catch (IOException e) {
            throw new UncheckedIOException("artifacts: cannot delete in " + folder, e);
        }
    }

    @Override
    public void close() {}

    private Path place(ArtifactId id) {
        return folder.resolve(id.hex().substring(0, 2)).resolve(id.hex());
    }
}
