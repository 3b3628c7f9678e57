package io.langevin.torchfiles;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What NumPy has pickled (make_numpy.py) comes back as the numbers that it was. */
class NumpyTypeTest {
    private static final Path FOLDER = Path.of("src/test/resources/torch-files");

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void scalars_are_numbers(int protocol) throws IOException {
        byte[] pickle =
                Files.readAllBytes(FOLDER.resolve("numpy-scalars-%d.pkl".formatted(protocol)));

        Object read =
                Unpickler.read(
                        new PickleInput(new ByteArrayInputStream(pickle), pickle.length),
                        ids -> {
                            throw new AssertionError("there are no tensors");
                        });

        Map<String, Object> wanted =
                Map.of(
                        "f8",
                        0.1,
                        "f4",
                        1.5,
                        "f2",
                        -2.0,
                        "i8",
                        -7L,
                        "i4",
                        (1L << 31) - 1,
                        "u1",
                        255L,
                        "u8",
                        BigInteger.TWO.pow(64).subtract(BigInteger.ONE),
                        "b",
                        true,
                        "big-endian",
                        3L,
                        "list",
                        List.of(2.0, 3.0));
        assertThat(read).isEqualTo(wanted);
    }

    @Test
    void what_is_no_number_is_refused() {
        for (String name : List.of("O", "O8", "U4", "S8", "V8", "M8", "f9", "")) {
            assertThatThrownBy(() -> NumpyType.of(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("of another type than numbers");
        }
        assertThatThrownBy(() -> NumpyType.of("f8").value(new byte[4]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 bytes where there must be 8");
        assertThatThrownBy(() -> NumpyType.of("f1").value(new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** A text that is encoded again and again: three bytes a copy. */
    @Test
    void a_few_instructions_cannot_ask_for_any_number_of_bytes() {
        var pickle = new ByteArrayOutputStream();
        pickle.writeBytes("c_codecs\nencode\nq\0".getBytes(ISO_8859_1));
        pickle.writeBytes(new byte[] {'X', 0, 0, 0x10, 0}); // a text of a megabyte
        pickle.writeBytes("x".repeat(1 << 20).getBytes(ISO_8859_1));
        pickle.writeBytes(new byte[] {(byte) 0x85, 'q', 1});
        for (int i = 0; i < 1_000; i++) {
            pickle.writeBytes(new byte[] {'h', 0, 'h', 1, 'R'});
        }
        byte[] bytes = pickle.toByteArray();

        assertThatThrownBy(
                        () ->
                                Unpickler.read(
                                        new PickleInput(
                                                new ByteArrayInputStream(bytes), bytes.length),
                                        ids -> null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("makes more than 67108864 bytes");
    }
}
