package io.langevin.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right of one owner to a data folder, among processes and within this one.
 *
 * <p>The operating system drops the lock when the process ends, however it ends; the lock file
 * itself stays and means nothing.
 */
final class FolderLock implements AutoCloseable {
    private static final String FILE = "owner.lock";

    /**
     * POSIX drops a process's lock when it closes any handle of the file, so a held file is never
     * opened twice.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Takes the folder, creating it if need be.
     *
     * @throws IllegalStateException if this or another process holds it
     */
    static FolderLock take(Path path) throws IOException {
        Path folder = Files.createDirectories(path).toRealPath();
        if (!HELD_HERE.add(folder)) {
            throw new IllegalStateException(
                    "the data folder " + folder + " is already in use by this process");
        }
        try {
            return new FolderLock(folder, locked(folder));
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(folder);
            throw e;
        }
    }

    private static FileChannel locked(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new IllegalStateException(
                    "the data folder "
                            + folder
                            + " is in use by another process: stop that one, or choose another folder");
        }
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        HELD_HERE.remove(folder);
    }
}
