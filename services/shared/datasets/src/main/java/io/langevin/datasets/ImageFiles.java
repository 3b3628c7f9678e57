package io.langevin.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Image files of a folder and the folders below it, or one of them.
 *
 * @param location the folder, or the file itself
 * @param files in the order of their names
 */
record ImageFiles(Path location, List<Path> files) implements PictureSource {
    static final int MAXIMUM_BYTES = 64 << 20;
    static final String TOO_LARGE = "a file of over 64 MiB";

    @Override
    public void readInto(Sink sink) throws IOException {
        Path inside = location.toRealPath();
        for (Path file : files) {
            String name =
                    location.equals(file)
                            ? file.getFileName().toString()
                            : location.relativize(file).toString();
            if (!file.toRealPath().startsWith(inside)) {
                sink.broken(name, "a link out of the data set");
            } else if (Files.size(file) > MAXIMUM_BYTES) {
                sink.broken(name, TOO_LARGE);
            } else {
                sink.decode(name, Files.readAllBytes(file));
            }
        }
    }
}
