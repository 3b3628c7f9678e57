package io.langevin.datasets.pixels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file of {@code pictures} has the pixels that Pillow 12.3 gives it, turned by its EXIF data,
 * over black where it is clear. A file {@code .raw} is width, height and channels, a byte each, and
 * the pixels channel by channel.
 */
class PicturesTest {
    private static final Path PICTURES = Path.of("src/test/resources/pictures");

    static Stream<String> pictures() throws IOException {
        try (Stream<Path> files = Files.list(PICTURES)) {
            return files
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".raw"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void pixels_are_those_of_pillow(String name) throws IOException {
        byte[] raw = Files.readAllBytes(PICTURES.resolve(name + ".raw"));

        Picture picture =
                ImageDecoder.decode(
                        Files.readAllBytes(PICTURES.resolve(name)), ImageDecoder.MAXIMUM_PIXELS);

        assertThat(picture.width()).isEqualTo(raw[0]);
        assertThat(picture.height()).isEqualTo(raw[1]);
        assertThat(picture.channels()).isEqualTo(raw[2]);
        int largest = 0;
        double sum = 0;
        for (int k = 0; k < picture.pixels().length; k++) {
            int difference = Math.abs((picture.pixels()[k] & 0xFF) - (raw[3 + k] & 0xFF));
            largest = Math.max(largest, difference);
            sum += difference;
        }
        if (name.equals("lossy.webp")) { // whose colours are interpolated in another way
            assertThat(sum / picture.pixels().length).isLessThan(2);
        } else { // a decoder of JPEG may round in another way
            assertThat(largest).isLessThanOrEqualTo(name.endsWith(".jpg") ? 1 : 0);
        }
    }
}
