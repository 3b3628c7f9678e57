package io.langevin.datasets;

import io.langevin.datasets.pixels.Picture;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Images in an IDX file (unsigned bytes, 3 dimensions), plain or gzip: the format of MNIST. */
record IdxFile(Path path) implements PictureSource {
    private static final int IMAGES = 0x0803;

    /**
     * @param name in lower case
     */
    static boolean matches(String name) {
        return name.matches(".*[.-]idx3-ubyte(\\.gz)?");
    }

    @Override
    public void readInto(Sink sink) throws IOException {
        String name = path.getFileName().toString();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(open(), 1 << 16))) {
            int magic = in.readInt();
            if (magic != IMAGES) {
                throw new DatasetException(
                        "%s: an IDX file of images starts with 0x00000803, not 0x%08x"
                                .formatted(name, magic));
            }
            int count = in.readInt();
            int height = in.readInt();
            int width = in.readInt();
            if (count < 0 || height < 1 || width < 1 || height > 4096 || width > 4096) {
                throw new DatasetException(
                        "%s: its header claims %d images of %d×%d pixels"
                                .formatted(name, count, width, height));
            }
            for (int i = 0; i < count; i++) {
                byte[] pixels = new byte[width * height];
                in.readFully(pixels);
                sink.accept(name + "#" + i, new Picture(width, height, 1, pixels));
            }
        } catch (EOFException e) {
            throw new DatasetException(name + ": the file ends before its last image", e);
        }
    }

    private InputStream open() throws IOException {
        InputStream in = Files.newInputStream(path);
        return FileNames.lower(path.toString()).endsWith(".gz")
                ? new GZIPInputStream(in, 1 << 16)
                : in;
    }
}
