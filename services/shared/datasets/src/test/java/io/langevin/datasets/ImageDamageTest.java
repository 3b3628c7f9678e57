package io.langevin.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes of a given image are, reading them ends soon, in pixels or in one error. */
class ImageDamageTest {
    private static final int DAMAGES = 2_000;
    private static final ImageShape SHAPE = new ImageShape(8, 3);

    /** Damage can also leave a whole image of another size. */
    private static final Pattern REFUSAL =
            Pattern.compile(
                    "(?s)must be a PNG or JPEG image: .*"
                            + "|\\d+×\\d+ pixels, smaller than the 8×8 asked for");

    /** A text chunk that unpacks to a gigabyte. */
    @Test
    void what_a_png_has_packed_beside_its_pixels_is_never_unpacked() throws IOException {
        byte[] whole = image("png", false);
        var packed = new ByteArrayOutputStream();
        packed.writeBytes("comment\0\0".getBytes(StandardCharsets.US_ASCII));
        byte[] zeros = new byte[1 << 20];
        try (var out = new DeflaterOutputStream(packed)) {
            for (int k = 0; k < 1 << 10; k++) {
                out.write(zeros);
            }
        }
        byte[] bomb = withChunk(whole, "zTXt", packed.toByteArray());
        long before =
                ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                        .getCurrentThreadAllocatedBytes();

        float[] pixels = ImageDataset.decode(bomb, SHAPE);

        long after =
                ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                        .getCurrentThreadAllocatedBytes();
        assertThat(after - before).isLessThan(100L << 20);
        assertThat(pixels).isEqualTo(ImageDataset.decode(whole, SHAPE));
    }

    /** The chunk behind the first one. */
    private static byte[] withChunk(byte[] png, String type, byte[] data) {
        int head = 8 + 25;
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        var checksum = new CRC32();
        checksum.update(name);
        checksum.update(data);
        return ByteBuffer.allocate(png.length + 12 + data.length)
                .put(png, 0, head)
                .putInt(data.length)
                .put(name)
                .put(data)
                .putInt((int) checksum.getValue())
                .put(png, head, png.length - head)
                .array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg"})
    @Timeout(300)
    void damaged_images_are_read_or_refused(String format) throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        byte[] whole = image(format, false);
        for (int i = 0; i < DAMAGES; i++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                int reach = i % 2 == 0 ? Math.min(damaged.length, 200) : damaged.length;
                damaged[random.nextInt(reach)] = (byte) random.nextInt();
            }
            readOrRefused(damaged, "seed %d, round %d of %s".formatted(seed, i, format));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg"})
    void an_image_that_ends_early_is_refused_wherever_it_ends(String format) throws IOException {
        byte[] whole = image(format, false);
        for (int length = 0; length < whole.length; length += 7) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThat(readOrRefused(cut, length + " bytes")).as("%d bytes", length).isFalse();
        }
    }

    /** The end of the image is there, but not what lies before it. */
    @Test
    void a_jpeg_whose_data_ends_early_is_refused() throws IOException {
        byte[] whole = image("jpeg", false);
        byte[] cut = Arrays.copyOf(whole, whole.length / 2 + 2);
        cut[cut.length - 2] = (byte) 0xFF;
        cut[cut.length - 1] = (byte) 0xD9;

        assertThatThrownBy(() -> ImageDataset.decode(cut, SHAPE))
                .hasMessageContaining("data ends early");
    }

    @Test
    @Timeout(60)
    void a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded() throws IOException {
        byte[] whole = image("jpeg", true);
        assertThat(ImageDataset.decode(whole, SHAPE)).hasSize(3 * 64);
        int last = lastScan(whole);
        var many = new ByteArrayOutputStream();
        many.write(whole, 0, last);
        for (int i = 0; i < 20_000; i++) {
            many.write(whole, last, whole.length - 2 - last);
        }
        many.write(whole, whole.length - 2, 2);

        assertThatThrownBy(() -> ImageDataset.decode(many.toByteArray(), SHAPE))
                .hasMessageContaining("more than 100 scans");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bmp", "gif"})
    void formats_that_are_not_promised_are_refused(String format) throws IOException {
        byte[] file = image(format, false);
        assertThatThrownBy(() -> ImageDataset.decode(file, SHAPE))
                .hasMessageContaining("neither PNG nor JPEG");
    }

    private static boolean readOrRefused(byte[] bytes, String what) {
        try {
            ImageDataset.decode(bytes, SHAPE);
            return true;
        } catch (DatasetException e) {
            assertThat(e.getMessage()).as(what).matches(REFUSAL);
            return false;
        } catch (Throwable e) {
            return fail(what, e);
        }
    }

    private static int lastScan(byte[] jpeg) {
        for (int i = jpeg.length - 3; ; i--) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xDA) {
                return i;
            }
        }
    }

    private static byte[] image(String format, boolean progressive) throws IOException {
        var image = new BufferedImage(48, 40, BufferedImage.TYPE_INT_RGB);
        var random = new Random(3);
        for (int k = 0; k < 48 * 40; k++) {
            image.setRGB(k % 48, k / 48, random.nextInt(1 << 24));
        }
        ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        if (progressive) {
            parameters.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), parameters);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
