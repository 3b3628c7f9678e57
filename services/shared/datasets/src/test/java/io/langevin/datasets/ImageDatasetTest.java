package io.langevin.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.datasets.pixels.Picture;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageDatasetTest {
    private static final Path FASHION = Path.of("../../local/bundled/datasets/fashion");

    @TempDir Path folder;

    @Test
    void the_bundled_images_have_their_known_pixels() {
        ImageDataset fashion = ImageDataset.read(FASHION, new ImageShape(28, 0));

        assertThat(fashion.size()).isEqualTo(10_000);
        assertThat(fashion.channels()).isEqualTo(1);
        double sum = 0;
        for (float pixel : fashion.pixels()) {
            sum += pixel;
        }
        assertThat(sum / fashion.pixels().length * 255).isBetween(73.14, 73.16); // published mean
    }

    @Test
    void images_that_are_held_out_are_the_others_always_the_same_and_evenly_spaced() {
        ImageDataset all = ImageDataset.read(FASHION, new ImageShape(8, 1));

        ImageDataset.Split split = all.split(0.1);

        ImageDataset held = split.heldOut().orElseThrow();
        assertThat(held.size()).isEqualTo(all.size() / 10);
        assertThat(split.training().size() + held.size()).isEqualTo(all.size());
        assertThat(held.fingerprint()).isEqualTo(all.fingerprint());
        assertThat(held.pixels()).isEqualTo(all.split(0.1).heldOut().orElseThrow().pixels());
        float[] whole = all.pixels();
        float[] first = Arrays.copyOf(held.pixels(), 64); // of the first ten images the sixth
        assertThat(first).isEqualTo(Arrays.copyOfRange(whole, 5 * 64, 6 * 64));
        assertThat(Arrays.copyOfRange(split.training().pixels(), 5 * 64, 6 * 64))
                .isEqualTo(Arrays.copyOfRange(whole, 6 * 64, 7 * 64));
        assertThat(all.split(9.9 / all.size()).heldOut()).isEmpty();
        assertThat(all.split(0).training().pixels()).isEqualTo(whole);
    }

    @Test
    void area_averaging_halves_by_the_mean_of_four() {
        Picture picture = new Picture(2, 2, 1, new byte[] {0, 100, (byte) 200, (byte) 255});

        assertThat(picture.fitted(1, 1).pixels()).containsExactly((byte) 139); // 138.75
    }

    @Test
    void area_averaging_keeps_the_mean_at_any_ratio() {
        byte[] pixels = new byte[13 * 13];
        long seed = 3;
        new Random(seed).nextBytes(pixels);
        byte[] small = new Picture(13, 13, 1, pixels).fitted(5, 1).pixels();

        assertThat(mean(small))
                .as("seed %d", seed)
                .isCloseTo(mean(pixels), org.assertj.core.data.Offset.offset(0.5));
    }

    @Test
    void a_wide_image_is_cropped_in_the_middle() {
        Picture picture = new Picture(4, 2, 1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

        assertThat(picture.fitted(2, 1).pixels()).containsExactly(2, 3, 6, 7);
    }

    @Test
    void alpha_lies_over_black_and_colour_becomes_luma() throws IOException {
        BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, new Color(255, 0, 0, 128).getRGB());
        write(folder.resolve("a.png"), image);

        float[] rgb = ImageDataset.read(folder, new ImageShape(1, 0)).pixels();
        float[] grey = ImageDataset.read(folder, new ImageShape(1, 1)).pixels();

        assertThat(rgb).containsExactly(128 / 255f, 0, 0);
        assertThat(grey).containsExactly(38 / 255f);
    }

    @Test
    void the_fingerprint_depends_on_content_alone() throws IOException {
        Path other = Files.createDirectory(folder.resolve("other"));
        Path zip = folder.resolve("c.zip");
        Path images = Files.createDirectory(folder.resolve("images"));
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (int i = 0; i < 5; i++) {
                write(images.resolve(i + ".png"), square(20 * i, 8));
                write(other.resolve((9 - i) + "x.png"), square(20 * i, 8));
                out.putNextEntry(new ZipEntry("deep/" + i + ".png"));
                out.write(Files.readAllBytes(images.resolve(i + ".png")));
            }
        }
        String fingerprint = ImageDataset.read(images, new ImageShape(8, 0)).fingerprint();

        assertThat(ImageDataset.read(other, new ImageShape(4, 3)).fingerprint())
                .isEqualTo(fingerprint);
        assertThat(ImageDataset.read(zip, new ImageShape(8, 1)).fingerprint())
                .isEqualTo(fingerprint);
        write(images.resolve("0.png"), square(1, 8));
        assertThat(ImageDataset.read(images, new ImageShape(8, 0)).fingerprint())
                .isNotEqualTo(fingerprint);
    }

    @Test
    void idx_plain_and_gzip_and_cifar_are_read() throws IOException {
        ByteBuffer idx = ByteBuffer.allocate(16 + 8);
        idx.putInt(0x0803).putInt(2).putInt(2).putInt(2).put(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        Path plain = Files.write(folder.resolve("t-images-idx3-ubyte"), idx.array());
        Path gzip = folder.resolve("t-images-idx3-ubyte.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
            out.write(idx.array());
        }
        byte[] batch = new byte[3073];
        batch[1] = (byte) 255;
        Path cifar = Files.write(folder.resolve("data_batch_1.bin"), batch);

        assertThat(ImageDataset.read(plain, new ImageShape(2, 0)).pixels())
                .isEqualTo(ImageDataset.read(gzip, new ImageShape(2, 0)).pixels())
                .startsWith(1 / 255f, 2 / 255f);
        assertThat(ImageDataset.read(cifar, new ImageShape(32, 0)).pixels()).startsWith(1f, 0f);
        assertThat(ImageDataset.read(cifar, new ImageShape(32, 0)).channels()).isEqualTo(3);
    }

    @Test
    void one_broken_image_in_a_hundred_is_skipped_and_named_two_are_an_error() throws IOException {
        for (int i = 0; i < 99; i++) {
            write(folder.resolve(i + ".png"), square(i, 4));
        }
        Files.writeString(folder.resolve("broken.png"), "not an image");

        assertThat(ImageDataset.read(folder, new ImageShape(4, 0)).skipped())
                .containsExactly("broken.png: neither PNG, JPEG, WebP, GIF, BMP nor TIFF");

        write(folder.resolve("tiny.png"), square(1, 2));
        assertThatThrownBy(() -> ImageDataset.read(folder, new ImageShape(4, 0)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("2 of 101 images cannot be used, more than 1 %")
                .hasMessageContaining("tiny.png: 2×2 pixels, smaller than the 4×4 asked for");
    }

    @Test
    void empty_truncated_and_foreign_files_are_clear_errors() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> ImageDataset.read(empty, new ImageShape(4, 0)))
                .hasMessageContaining("at least one image");
        Path truncated = folder.resolve("x-idx3-ubyte");
        Files.write(truncated, new byte[] {0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 4, 0, 0, 0, 4, 1});
        assertThatThrownBy(() -> ImageDataset.read(truncated, new ImageShape(4, 0)))
                .hasMessageContaining("ends before its last image");
        Path foreign = Files.writeString(folder.resolve("a.txt"), "x");
        assertThatThrownBy(() -> ImageDataset.read(foreign, new ImageShape(4, 0)))
                .hasMessageContaining("must be a folder");
        assertThatThrownBy(() -> new ImageShape(0, 0)).hasMessageContaining("imageSize");
        assertThatThrownBy(() -> new ImageShape(8, 2)).hasMessageContaining("channels");
    }

    @Test
    void names_lead_nowhere_but_below_the_roots() throws IOException {
        Path root = Files.createDirectory(folder.resolve("root"));
        Path secret = Files.createDirectory(folder.resolve("secret"));
        Files.createDirectories(root.resolve("a/b"));
        Files.createSymbolicLink(root.resolve("link"), secret);
        var roots = new DatasetRoots(List.of(root));

        assertThat(roots.resolve("a/b")).isEqualTo(root.resolve("a/b").toRealPath());
        for (String name :
                List.of(
                        "../secret",
                        "a/../../secret",
                        secret.toString(),
                        "file:a",
                        "s3://b/c",
                        "a//b",
                        "",
                        ".",
                        "a\\b",
                        "link",
                        "a/b/",
                        "a\u0000b")) {
            assertThatThrownBy(() -> roots.resolve(name))
                    .as(name)
                    .isInstanceOf(DatasetException.class)
                    .hasMessageStartingWith("dataset: must");
        }
        assertThatThrownBy(() -> roots.resolve("nothing"))
                .hasMessageContaining("'nothing' does not");
    }

    private static double mean(byte[] pixels) {
        double sum = 0;
        for (byte pixel : pixels) {
            sum += pixel & 0xFF;
        }
        return sum / pixels.length;
    }

    private static BufferedImage square(int grey, int size) {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setSample(0, 0, 0, grey);
        return image;
    }

    private static void write(Path file, BufferedImage image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        Files.write(file, out.toByteArray());
    }
}
