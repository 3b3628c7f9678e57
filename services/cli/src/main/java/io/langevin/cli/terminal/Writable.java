package io.langevin.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds out before the work whether its outcome can be written. */
public final class Writable {
    private Writable() {}

    /**
     * @param option that names the file, for the message
     * @param file null: nothing is to be written
     * @throws CommandFailure where the file cannot be made or written
     */
    public static void require(String option, Path file) {
        if (file == null) {
            return;
        }
        requireFolder(option, file.toAbsolutePath().getParent());
        if (Files.exists(file) && (Files.isDirectory(file) || !Files.isWritable(file))) {
            throw new CommandFailure("%s: cannot write %s".formatted(option, file));
        }
    }

    /**
     * @param option that names the folder, for the message
     * @param folder null: nothing is to be written
     * @throws CommandFailure where the folder cannot be made, or no file in it
     */
    public static void requireFolder(String option, Path folder) {
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, ".langevin", ".part"));
        } catch (IOException e) {
            throw new CommandFailure("%s: cannot write %s: %s".formatted(option, folder, e));
        }
    }
}
