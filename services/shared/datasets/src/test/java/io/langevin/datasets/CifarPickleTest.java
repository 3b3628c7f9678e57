package io.langevin.datasets;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CIFAR's Python batches (resources/cifar/make.py): the images that its binary version has. */
class CifarPickleTest {
    private static final Path FIXTURES = Path.of("src/test/resources/cifar");
    private static final ImageShape SHAPE = new ImageShape(32, 0);

    @TempDir Path folder;

    @Test
    void pickles_of_every_protocol_have_the_images_of_the_binary_version() throws IOException {
        byte[] pixels = pixels();
        var binary = new ByteArrayOutputStream();
        for (int i = 0; i < 2; i++) {
            binary.write(3); // a label
            binary.write(pixels, i * 3072, 3072);
        }
        Path file = batch("binary", "data_batch_1.bin", binary.toByteArray());
        String wanted = ImageDataset.read(file, SHAPE).fingerprint();

        for (int protocol : new int[] {2, 4}) {
            byte[] pickle =
                    Files.readAllBytes(FIXTURES.resolve("cifar-%d.pkl".formatted(protocol)));
            Path python = batch("cifar-10-batches-py-" + protocol, "data_batch_1", pickle);
            Files.write(python.resolve("test_batch"), pickle);
            Files.writeString(python.resolve("readme.html"), "x");
            ImageDataset data = ImageDataset.read(python, SHAPE);

            assertThat(data.size()).isEqualTo(2);
            assertThat(data.fingerprint()).isEqualTo(wanted);
            assertThat(data.leftOut()).extracting(LeftOut::why).contains(LeftOut.TEST_SET);
        }
        Path second = batch("python-2", "train", asOfPython2(pixels, 3072));
        assertThat(ImageDataset.read(second, SHAPE).fingerprint()).isEqualTo(wanted);
    }

    @Test
    void what_is_no_batch_is_left_out_or_refused() throws IOException {
        Path other = batch("other", "train", "a list of names".getBytes(ISO_8859_1));
        assertThatThrownBy(() -> ImageDataset.read(other, SHAPE))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("left out: [1 no images (train)]");
        Path narrow = batch("narrow", "train", asOfPython2(pixels(), 3071));
        assertThatThrownBy(() -> ImageDataset.read(narrow, SHAPE))
                .isInstanceOf(DatasetException.class)
                .hasMessage("train: must hold unsigned bytes of N×3072 under data");
        byte[] evil = "\u0080\u0002cos\nsystem\nU\u0002ls\u0085R.".getBytes(ISO_8859_1);
        Path hostile = batch("hostile", "data_batch_1", evil);
        assertThatThrownBy(() -> ImageDataset.read(hostile, SHAPE))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("names os.system, which is not allowed");
    }

    private Path batch(String set, String name, byte[] bytes) throws IOException {
        Path place = Files.createDirectories(folder.resolve(set));
        Files.write(place.resolve(name), bytes);
        return place;
    }

    /** As make.py has them. */
    private static byte[] pixels() {
        byte[] pixels = new byte[2 * 3072];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 7);
        }
        return pixels;
    }

    /** The instructions that Python 2 wrote: bytes are text there. */
    private static byte[] asOfPython2(byte[] pixels, int width) throws IOException {
        var out = new ByteArrayOutputStream();
        out.write("\u0080\u0002}(U\u0004data".getBytes(ISO_8859_1));
        out.write("cnumpy.core.multiarray\n_reconstruct\n".getBytes(ISO_8859_1));
        out.write("cnumpy\nndarray\nK\u0000\u0085U\u0001b\u0087R".getBytes(ISO_8859_1));
        out.write("(K\u0001K\u0002M".getBytes(ISO_8859_1));
        out.write(new byte[] {(byte) width, (byte) (width >> 8)});
        out.write("\u0086cnumpy\ndtype\nU\u0002u1K\u0000K\u0001\u0087R".getBytes(ISO_8859_1));
        out.write("(K\u0003U\u0001|NNNK\u0000K\u0000K\u0000tb\u0089T".getBytes(ISO_8859_1));
        out.write(
                ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(pixels.length)
                        .array());
        out.write(pixels);
        out.write("tbu.".getBytes(ISO_8859_1));
        return out.toByteArray();
    }
}
