package io.langevin.torchfiles;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of one pickle that has values and NumPy's arrays. Nothing in it is ever run. */
public final class PickledValues {
    private static final long LARGEST = 512L << 20;

    private PickledValues() {}

    /**
     * Map, List, String, Long, BigInteger, Double, Boolean, null and {@link NumpyArray}.
     *
     * @throws IllegalArgumentException where the file is malformed, larger than 512 MiB or asks for
     *     anything but values: what and where
     */
    public static Object read(Path path) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            return Unpickler.read(
                    new PickleInput(in, Files.size(path), LARGEST),
                    storage -> {
                        throw new IllegalArgumentException(
                                "pickle: wants a tensor, and there are none beside it");
                    });
        }
    }
}
