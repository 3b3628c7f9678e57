package io.langevin.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data as people have it: what of a folder is read, and what is left out and why. */
class DatasetFilesTest {
    private static final ImageShape SHAPE = new ImageShape(4, 0);

    @TempDir Path folder;

    @Test
    void what_is_left_out_of_a_folder_is_said_by_its_reason() throws IOException {
        Path images = Files.createDirectories(folder.resolve("images"));
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.write(elsewhere.resolve("e.png"), png(9));
        for (int i = 0; i < 5; i++) {
            Files.write(images.resolve(i + ".PNG"), png(i));
        }
        Files.write(hidden(images, ".thumbnails/0.png"), png(0));
        Files.write(hidden(images, ".ipynb_checkpoints/1.png"), png(1));
        Files.write(hidden(images, "__MACOSX/._0.png"), png(1));
        Files.writeString(images.resolve("captions.txt"), "x");
        Files.write(images.resolve("all.zip"), zip(Map.of("0.png", png(0))));
        Files.createSymbolicLink(images.resolve("more"), elsewhere);

        ImageDataset data = ImageDataset.read(images, SHAPE);

        assertThat(data.size()).isEqualTo(5);
        assertThat(data.sizes()).isEqualTo(Map.of("4×4", 5));
        assertThat(data.skipped()).isEmpty();
        assertThat(data.leftOut())
                .extracting(LeftOut::why, LeftOut::count)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(LeftOut.HIDDEN, 3),
                        org.assertj.core.groups.Tuple.tuple(LeftOut.NO_IMAGE, 1),
                        org.assertj.core.groups.Tuple.tuple(LeftOut.OTHER_FORM, 1),
                        org.assertj.core.groups.Tuple.tuple(LeftOut.LINK, 1));
        assertThat(data.leftOut().toString()).contains("1 no images (captions.txt)");
    }

    private static Path hidden(Path images, String name) throws IOException {
        Path file = images.resolve(name);
        Files.createDirectories(file.getParent());
        return file;
    }

    @Test
    void test_images_and_files_that_are_there_unpacked_as_well_do_not_count() throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte"), idx(3));
        Path packed = folder.resolve("train-images-idx3-ubyte.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(idx(3));
        }
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), idx(2));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1});

        ImageDataset data = ImageDataset.read(folder, SHAPE);

        assertThat(data.size()).isEqualTo(3);
        assertThat(data.leftOut())
                .extracting(LeftOut::why)
                .containsExactlyInAnyOrder(LeftOut.TWICE, LeftOut.TEST_SET, LeftOut.NO_IMAGE);
        assertThat(ImageDataset.read(folder.resolve("t10k-images-idx3-ubyte"), SHAPE).size())
                .as("where it is named itself")
                .isEqualTo(2);
    }

    @Test
    void batches_one_folder_down_are_found() throws IOException {
        Path down = Files.createDirectories(folder.resolve("cifar-10-batches-bin"));
        Files.write(down.resolve("data_batch_1.bin"), new byte[2 * 3073]);
        Files.write(down.resolve("data_batch_2.bin"), new byte[3073]);
        Files.write(down.resolve("test_batch.bin"), new byte[3073]);
        Path hundred = Files.createDirectories(folder.resolve("hundred"));
        byte[] two = new byte[2 * 3074];
        two[2] = 7; // behind two labels
        Files.write(hundred.resolve("train.bin"), two);
        Files.write(hundred.resolve("test.bin"), new byte[3074]);

        assertThat(ImageDataset.read(down.getParent(), new ImageShape(32, 0)).size()).isEqualTo(5);
        ImageDataset data = ImageDataset.read(hundred, new ImageShape(32, 0));
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.pixels()[0]).isEqualTo(7 / 255f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.zip", "a.ZIP", "a.tar", "a.tar.gz", "a.TGZ"})
    void archives_are_read_as_their_files_are(String name) throws IOException {
        Map<String, byte[]> files =
                Map.of(
                        "x/0.png",
                        png(1),
                        "x/1.png",
                        png(2),
                        "__MACOSX/x/._0.png",
                        new byte[] {1},
                        "x/0.txt",
                        new byte[] {2});
        Files.write(
                folder.resolve(name),
                name.toLowerCase(java.util.Locale.ROOT).endsWith("zip")
                        ? zip(files)
                        : tar(name, files));

        ImageDataset data = ImageDataset.read(folder, SHAPE);

        assertThat(data.size()).isEqualTo(2);
        assertThat(data.leftOut())
                .extracting(LeftOut::why)
                .containsExactlyInAnyOrder(LeftOut.HIDDEN, LeftOut.NO_IMAGE);
        Path images = Files.createDirectories(folder.resolve("images/x"));
        Files.write(images.resolve("0.png"), png(1));
        Files.write(images.resolve("1.png"), png(2));
        assertThat(data.fingerprint()).isEqualTo(ImageDataset.read(images, SHAPE).fingerprint());
    }

    @Test
    void a_zip_with_names_of_an_old_code_page_is_read() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes, Charset.forName("IBM437"))) {
            out.putNextEntry(new ZipEntry("Bücher.png"));
            out.write(png(1));
        }
        Files.write(folder.resolve("a.zip"), bytes.toByteArray());

        assertThat(ImageDataset.read(folder.resolve("a.zip"), SHAPE).size()).isEqualTo(1);
    }

    /** NumPy writes such files: three grey images, two of each order of channels. */
    @Test
    void arrays_of_numpy_are_read_in_each_of_their_orders() throws IOException {
        byte[] grey = bytes(3 * 16, 1);
        byte[] last = bytes(2 * 16 * 3, 2);
        byte[] first = new byte[last.length];
        for (int k = 0; k < last.length; k++) {
            int image = k / 48;
            first[image * 48 + k % 3 * 16 + k % 48 / 3] = last[k];
        }
        Path a = Files.write(folder.resolve("a.npy"), npy("|u1", false, "(3, 4, 4)", grey));
        Path b = Files.write(folder.resolve("b.npy"), npy("|u1", false, "(2, 4, 4, 3)", last));
        Path c = Files.write(folder.resolve("c.npy"), npy("|u1", false, "(2, 3, 4, 4)", first));
        Path d =
                Files.write(
                        folder.resolve("d.npz"),
                        zip(
                                Map.of(
                                        "labels.npy", npy("<i8", false, "(3,)", new byte[24]),
                                        "images.npy", npy("|u1", false, "(3, 4, 4)", grey))));

        ImageDataset greys = ImageDataset.read(a, SHAPE);
        assertThat(greys.size()).isEqualTo(3);
        assertThat(greys.channels()).isEqualTo(1);
        assertThat(greys.pixels()[17]).isEqualTo((grey[17] & 0xFF) / 255f);
        assertThat(ImageDataset.read(d, SHAPE).fingerprint()).isEqualTo(greys.fingerprint());
        assertThat(ImageDataset.read(b, SHAPE).pixels())
                .isEqualTo(ImageDataset.read(c, SHAPE).pixels());
        assertThat(ImageDataset.read(b, SHAPE).channels()).isEqualTo(3);
    }

    @Test
    void arrays_beside_the_images_that_are_none_are_left_out() throws IOException {
        Files.write(folder.resolve("x.npy"), npy("|u1", false, "(3, 4, 4)", bytes(48, 1)));
        Files.write(folder.resolve("y.npy"), npy("<i8", false, "(3,)", new byte[24]));
        Files.write(
                folder.resolve("labels.NPZ"),
                zip(Map.of("arr_0.npy", npy("|u1", false, "(3,)", new byte[3]))));

        ImageDataset data = ImageDataset.read(folder, SHAPE);

        assertThat(data.size()).isEqualTo(3);
        assertThat(data.leftOut().toString()).isEqualTo("[2 no images (labels.NPZ, y.npy)]");
        Path pictures = Files.createDirectories(folder.resolve("pictures"));
        Files.write(pictures.resolve("0.png"), png(1));
        Files.write(pictures.resolve("labels.npy"), npy("<i8", false, "(1,)", new byte[8]));
        assertThat(ImageDataset.read(pictures, SHAPE).size()).isEqualTo(1);
    }

    @Test
    void arrays_of_another_form_and_damaged_ones_are_clear_errors() throws IOException {
        assertRefused(npy("<f4", false, "(3, 4, 4)", new byte[192]), "not [3×4×4 of <f4]");
        assertRefused(npy("|u1", true, "(3, 4, 4)", new byte[48]), "in Fortran's order");
        assertRefused(npy("|u1", false, "(48,)", new byte[48]), "not [48 of |u1]");
        assertRefused(npy("|u1", false, "(3, 4, 4)", new byte[47]), "ends before its last image");
        assertRefused(npy("|u1", false, "(3, 9999999, 4)", new byte[0]), "1 to 4096 pixels a side");
        assertRefused(npy("|u1", false, "(3, 99999999999, 4)", new byte[0]), "a shape of no array");
        assertRefused(new byte[] {1, 2, 3}, "is no array that NumPy saved");
        assertRefused("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1), "in its header");
        byte[] whole = npy("|u1", false, "(3, 4, 4)", new byte[48]);
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(128)] = (byte) random.nextInt();
            Path file = Files.write(folder.resolve("damaged.npy"), damaged);
            try {
                ImageDataset.read(file, new ImageShape(1, 0));
            } catch (DatasetException e) {
                assertThat(e)
                        .as("seed %d, round %d", seed, i)
                        .hasMessageStartingWith("damaged.npy");
            }
        }
    }

    private void assertRefused(byte[] array, String reason) throws IOException {
        Path file = Files.write(folder.resolve("wrong.npy"), array);
        assertThatThrownBy(() -> ImageDataset.read(file, SHAPE))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("wrong.npy: ")
                .hasMessageContaining(reason);
    }

    /** More than the heap is to hold: the others lie in a mapped file. */
    @Test
    void pixels_beyond_the_heap_are_the_same() {
        var store = new PixelStore(3 << 20, 12 << 20);
        var random = new Random(1);
        byte[][] images = new byte[80][3 << 20];
        for (byte[] image : images) {
            random.nextBytes(image);
            store.add(image);
        }
        byte[] read = new byte[3 << 20];
        for (int i = 0; i < images.length; i++) {
            store.read(i, read);
            assertThat(read).isEqualTo(images[i]);
        }
        assertThat(store.count()).isEqualTo(80);
    }

    private static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] npy(String type, boolean fortran, String shape, byte[] numbers) {
        String header =
                "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
                        .formatted(type, fortran ? "True" : "False", shape);
        byte[] text =
                (header + " ".repeat(117 - header.length()) + "\n")
                        .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(10 + text.length + numbers.length)
                .put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1))
                .put((byte) text.length)
                .put((byte) 0)
                .put(text)
                .put(numbers)
                .array();
    }

    private static byte[] idx(int count) {
        ByteBuffer idx = ByteBuffer.allocate(16 + 16 * count);
        return idx.putInt(0x0803).putInt(count).putInt(4).putInt(4).array();
    }

    private static byte[] png(int grey) throws IOException {
        var image = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, 20 * grey);
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes)) {
            for (String name : List.copyOf(files.keySet())) {
                out.putNextEntry(new ZipEntry(name));
                out.write(files.get(name));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] tar(String name, Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        OutputStream packed = name.endsWith(".tar") ? bytes : new GZIPOutputStream(bytes);
        try (var out = new TarArchiveOutputStream(packed)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                out.putArchiveEntry(entry);
                out.write(file.getValue());
                out.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }
}
