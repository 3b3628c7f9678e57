package io.langevin.datasets;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A batch of CIFAR-10's binary version: a label byte, then 32×32 red, green and blue bytes. */
record CifarFile(Path path) implements PictureSource {
    private static final int PIXELS = 3 * 32 * 32;

    static boolean matches(Path path) {
        return path.getFileName().toString().matches("(data_batch_\\d+|test_batch)\\.bin");
    }

    @Override
    public void readInto(Sink sink) throws IOException {
        String name = path.getFileName().toString();
        if (Files.size(path) % (1 + PIXELS) != 0) {
            throw new DatasetException(
                    "%s: a CIFAR-10 batch has 3073 bytes an image, but the file has %d bytes"
                            .formatted(name, Files.size(path)));
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            for (int i = 0; in.read() >= 0; i++) {
                sink.accept(name + "#" + i, new Picture(32, 32, 3, in.readNBytes(PIXELS)));
            }
        }
    }
}
