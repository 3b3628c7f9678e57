package io.langevin.datasets;

import io.langevin.datasets.pixels.Picture;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A batch of CIFAR's binary version: one label byte an image, or CIFAR-100's two, then 32×32 red,
 * green and blue bytes.
 */
record CifarFile(Path path) implements PictureSource {
    private static final int PIXELS = 3 * 32 * 32;

    /**
     * @param name in lower case
     */
    static boolean matches(String name) {
        return name.matches("(data_batch_\\d+|test_batch|train|test)\\.bin");
    }

    @Override
    public void readInto(Sink sink) throws IOException {
        String name = path.getFileName().toString();
        int labels = FileNames.lower(name).contains("batch") ? 1 : 2;
        int each = labels + PIXELS;
        if (Files.size(path) % each != 0) {
            throw new DatasetException(
                    "%s: a CIFAR-%d batch has %d bytes an image, but the file has %d bytes"
                            .formatted(name, labels == 1 ? 10 : 100, each, Files.size(path)));
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            long count = Files.size(path) / each;
            for (long i = 0; i < count; i++) {
                in.skipNBytes(labels);
                sink.accept(name + "#" + i, new Picture(32, 32, 3, in.readNBytes(PIXELS)));
            }
        }
    }
}
