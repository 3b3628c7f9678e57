package io.langevin.cli.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files that a person names: a pipe or a device would be read for ever. */
public final class InputFile {
    private InputFile() {}

    /**
     * The bytes of a file.
     *
     * @param option that names the file, for the message
     * @throws CommandFailure where there is no such file, or it is larger than {@code most}
     */
    public static byte[] read(String option, Path file, long most) throws IOException {
        require(option, file);
        long size = Files.size(file);
        if (size > most) {
            throw new CommandFailure(
                    "%s: must have at most %d bytes, but %s has %d"
                            .formatted(option, most, file, size));
        }
        return Files.readAllBytes(file);
    }

    /**
     * @throws CommandFailure where there is no such file
     */
    public static void require(String option, Path file) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new CommandFailure("%s: there is no readable file %s".formatted(option, file));
        }
    }
}
