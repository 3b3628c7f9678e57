package io.langevin.torchfiles;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;

/**
 * A file of {@code torch.save}, in the zip format or in the one before PyTorch 1.6. Nothing in it
 * is ever run: see {@link Unpickler}.
 *
 * <p>Opening reads the values; the numbers of a tensor are read when they are asked for, until the
 * file is closed. What is malformed or not allowed in a checkpoint is an IllegalArgumentException
 * that says what and where, whatever the bytes are.
 */
public final class TorchFile implements Closeable {
    private static final long LARGEST = TorchStorage.LARGEST;

    private static final int ZIP = 'P';
    private static final int PICKLE = 0x80;

    private final Storages file;

    private TorchFile(Storages file) {
        this.file = file;
    }

    /**
     * @throws IllegalArgumentException where the file is malformed, too large or asks for anything
     *     but values: what and where
     */
    public static TorchFile open(Path path) throws IOException {
        long size = Files.size(path);
        if (size > LARGEST) {
            throw new IllegalArgumentException(
                    "file: must have at most %d bytes, not %d".formatted(LARGEST, size));
        }
        try {
            return new TorchFile(
                    switch (firstByte(path)) {
                        case ZIP -> ZippedStorages.open(path);
                        case PICKLE -> LegacyStorages.open(path);
                        default ->
                                throw new IllegalArgumentException(
                                        "file: is not one of torch.save: neither a zip nor a pickle");
                    });
        } catch (ZipException | EOFException e) {
            throw new IllegalArgumentException("zip: is malformed: " + e.getMessage(), e);
        }
    }

    /** Map, List, String, Long, BigInteger, Double, Boolean, null and {@link TorchTensor}. */
    public Object content() {
        return file.content();
    }

    private static int firstByte(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.read();
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
