package io.langevin.datasets;

import io.langevin.datasets.pixels.Picture;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Images in an array of unsigned bytes that NumPy saved: N×H×W, N×H×W×C or N×C×H×W, C one or three;
 * of an {@code .npz} the arrays of such a form. The form of the file is NumPy's NEP 1.
 */
record NumpyFile(Path path) implements PictureSource {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final Pattern DESCRIPTION = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
    private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(\\w+)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d, ]*)\\)");
    private static final int LONGEST_HEADER = 1 << 16;
    private static final int LARGEST_SIDE = 4_096;

    /**
     * @param name in lower case
     */
    static boolean matches(String name) {
        return name.endsWith(".npy") || name.endsWith(".npz");
    }

    /** What stands before the numbers. */
    private record Header(String type, boolean fortran, int[] shape) {
        boolean holdsImages() {
            return type.matches("[|<>=]?u1") && !fortran && (shape.length == 3 || isOfChannels());
        }

        private boolean isOfChannels() {
            return shape.length == 4 && (isChannels(shape[3]) || isChannels(shape[1]));
        }

        private static boolean isChannels(int size) {
            return size == 1 || size == 3;
        }

        /** Whether the channels of a pixel stand side by side. */
        boolean isInterleaved() {
            return shape.length == 4 && isChannels(shape[3]);
        }

        int channels() {
            return shape.length == 3 ? 1 : isInterleaved() ? shape[3] : shape[1];
        }

        int height() {
            return shape.length == 3 || isInterleaved() ? shape[1] : shape[2];
        }

        int width() {
            return shape.length == 3 || isInterleaved() ? shape[2] : shape[3];
        }

        @Override
        public String toString() {
            return "%s%s of %s"
                    .formatted(
                            Stream.of(IntStream.of(shape).boxed().toArray())
                                    .map(String::valueOf)
                                    .reduce((a, b) -> a + "×" + b)
                                    .orElse("one number"),
                            fortran ? " in Fortran's order" : "",
                            type);
        }
    }

    /** Whether there are images in it; damage is found when it is read. */
    boolean holdsImages() throws IOException {
        String name = path.getFileName().toString();
        try {
            if (!isZip()) {
                try (DataInputStream in = data(Files.newInputStream(path))) {
                    return header(in, name).holdsImages();
                }
            }
            try (ZipFile zip = new ZipFile(path.toFile())) {
                for (ZipEntry entry : Collections.list(zip.entries())) {
                    try (DataInputStream in = data(zip.getInputStream(entry))) {
                        if (header(in, name).holdsImages()) {
                            return true;
                        }
                    }
                }
                return false;
            }
        } catch (DatasetException | ZipException e) {
            return true;
        }
    }

    private boolean isZip() {
        return FileNames.lower(path.getFileName().toString()).endsWith("z");
    }

    @Override
    public void readInto(Sink sink) throws IOException {
        String name = path.getFileName().toString();
        if (!isZip()) {
            try (DataInputStream in = data(Files.newInputStream(path))) {
                Header header = header(in, name);
                requireImages(name, List.of(header));
                read(in, header, name, sink);
            }
            return;
        }
        try (ZipFile zip = new ZipFile(path.toFile())) {
            List<Header> others = new ArrayList<>();
            boolean read = false;
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                String array = name + "/" + entry.getName();
                try (DataInputStream in = data(zip.getInputStream(entry))) {
                    Header header = header(in, array);
                    if (header.holdsImages()) {
                        read(in, header, array, sink);
                        read = true;
                    } else {
                        others.add(header);
                    }
                }
            }
            if (!read) {
                requireImages(name, others);
            }
        }
    }

    private static DataInputStream data(InputStream in) {
        return new DataInputStream(new BufferedInputStream(in, 1 << 16));
    }

    private static void requireImages(String name, List<Header> found) {
        if (found.isEmpty() || !found.get(0).holdsImages()) {
            throw new DatasetException(
                    "%s: must hold unsigned bytes of N×H×W, N×H×W×C or N×C×H×W, not %s"
                            .formatted(name, found.isEmpty() ? "nothing" : found));
        }
    }

    private static Header header(DataInputStream in, String name) throws IOException {
        try {
            byte[] magic = in.readNBytes(MAGIC.length);
            if (!java.util.Arrays.equals(magic, MAGIC)) {
                throw new DatasetException(name + ": is no array that NumPy saved");
            }
            int version = in.readUnsignedByte();
            in.readUnsignedByte();
            long length =
                    version == 1
                            ? Short.toUnsignedInt(Short.reverseBytes(in.readShort()))
                            : Integer.toUnsignedLong(Integer.reverseBytes(in.readInt()));
            if (length > LONGEST_HEADER) {
                throw new DatasetException(
                        "%s: its header must have at most %d bytes, not %d"
                                .formatted(name, LONGEST_HEADER, length));
            }
            byte[] text = new byte[(int) length];
            in.readFully(text);
            return header(new String(text, StandardCharsets.UTF_8), name);
        } catch (EOFException e) {
            throw new DatasetException(name + ": the file ends in its header", e);
        }
    }

    private static Header header(String text, String name) {
        Matcher type = DESCRIPTION.matcher(text);
        Matcher order = ORDER.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        boolean array = order.find() & shape.find();
        if (!array) {
            throw new DatasetException(name + ": its header says no shape");
        }
        try {
            return new Header(
                    type.find() ? type.group(1) : "records",
                    order.group(1).equals("True"),
                    Stream.of(shape.group(1).split("[, ]+"))
                            .filter(size -> !size.isEmpty())
                            .mapToInt(Integer::parseInt)
                            .toArray());
        } catch (NumberFormatException e) {
            throw new DatasetException(name + ": its header says a shape of no array", e);
        }
    }

    private static void read(DataInputStream in, Header header, String name, Sink sink)
            throws IOException {
        int width = header.width();
        int height = header.height();
        if (width < 1 || height < 1 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
            throw new DatasetException(
                    "%s: images must have 1 to %d pixels a side, not %d×%d"
                            .formatted(name, LARGEST_SIDE, width, height));
        }
        byte[] pixels = new byte[header.channels() * width * height];
        for (int i = 0; i < header.shape()[0]; i++) {
            try {
                in.readFully(pixels);
            } catch (EOFException e) {
                throw new DatasetException(name + ": the file ends before its last image", e);
            }
            sink.accept(
                    name + "#" + i,
                    new Picture(
                            width,
                            height,
                            header.channels(),
                            header.isInterleaved()
                                    ? planes(pixels, header.channels())
                                    : pixels.clone()));
        }
    }

    /** Channel by channel, what came pixel by pixel. */
    private static byte[] planes(byte[] interleaved, int channels) {
        int plane = interleaved.length / channels;
        byte[] planes = new byte[interleaved.length];
        for (int k = 0; k < interleaved.length; k++) {
            planes[k % channels * plane + k / channels] = interleaved[k];
        }
        return planes;
    }
}
