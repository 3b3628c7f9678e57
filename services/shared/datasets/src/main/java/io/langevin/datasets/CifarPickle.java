package io.langevin.datasets;

import io.langevin.datasets.pixels.Picture;
import io.langevin.torchfiles.NumpyArray;
import io.langevin.torchfiles.PickledValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A batch of CIFAR's Python version: a dictionary that was pickled, with 32×32 red, green and blue
 * bytes an image under {@code data}.
 */
record CifarPickle(Path path) implements PictureSource {
    private static final long PIXELS = 3 * 32 * 32;
    private static final int PICKLE = 0x80;

    /**
     * @param name in lower case
     */
    static boolean matches(String name) {
        return name.matches("data_batch_\\d+|test_batch|train|test");
    }

    /** Other programs, too, have files of these names. */
    boolean isPickle() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.read() == PICKLE;
        }
    }

    @Override
    public void readInto(Sink sink) throws IOException {
        String name = path.getFileName().toString();
        byte[] pixels = pixels(name);
        int each = (int) PIXELS;
        for (int i = 0; i < pixels.length / each; i++) {
            byte[] image = Arrays.copyOfRange(pixels, i * each, (i + 1) * each);
            sink.accept(name + "#" + i, new Picture(32, 32, 3, image));
        }
    }

    private byte[] pixels(String name) throws IOException {
        Object batch;
        try {
            batch = PickledValues.read(path);
        } catch (IllegalArgumentException e) {
            throw new DatasetException("%s: %s".formatted(name, e.getMessage()), e);
        }
        if (batch instanceof Map<?, ?> map
                && map.get("data") instanceof NumpyArray data
                && data.unsignedBytes().isPresent()) {
            byte[] pixels = data.unsignedBytes().get();
            if (data.shape().equals(List.of(pixels.length / PIXELS, PIXELS))
                    && pixels.length % PIXELS == 0) {
                return pixels;
            }
        }
        throw new DatasetException(
                "%s: must hold unsigned bytes of N×%d under data".formatted(name, PIXELS));
    }
}
