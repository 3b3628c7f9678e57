package io.langevin.torchfiles;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files are made by make.py beside them. */
class TorchFileTest {
    static final Path FOLDER = Path.of("src/test/resources/torch-files");

    @ParameterizedTest
    @ValueSource(strings = {"views.pth", "views-legacy.pth"})
    void a_tensor_is_read_through_its_strides(String name) throws IOException {
        try (TorchFile file = TorchFile.open(FOLDER.resolve(name))) {
            assertThat(floats(file, "rows")).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
            assertThat(floats(file, "transposed"))
                    .containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
            assertThat(floats(file, "column")).containsExactly(2, 6, 10);
            assertThat(floats(file, "scalar")).containsExactly(7);
            assertThat(floats(file, "empty")).isEmpty();
            assertThat(floats(file, "parameter")).containsExactly(5, 6, 9, 10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"views.pth", "views-legacy.pth"})
    void every_kind_of_number_is_read(String name) throws IOException {
        try (TorchFile file = TorchFile.open(FOLDER.resolve(name))) {
            assertThat(floats(file, "half"))
                    .containsExactly(1.5f, -2, 65504, 0x1p-24f, 0); // 6e-8 becomes the smallest
            assertThat(floats(file, "bfloat16")).containsExactly(1.5f, -2, 0.0078125f);
            assertThat(floats(file, "double")).containsExactly(0.1f, Float.POSITIVE_INFINITY);
            assertThat(tensor(file, "long").longs()).containsExactly(1L << 60, -3);
            assertThatThrownBy(() -> floats(file, "long"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tensor: must be of real numbers, not a LongStorage");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"authors.pth", "authors-legacy.pth"})
    void what_is_no_tensor_becomes_plain_values(String name) throws IOException {
        try (TorchFile file = TorchFile.open(FOLDER.resolve(name))) {
            var states = (List<?>) file.content();
            var groups = (List<?>) ((Map<?, ?>) states.get(1)).get("param_groups");
            var group = (Map<?, ?>) groups.get(0);

            assertThat(states).hasSize(5);
            assertThat(states.get(2)).isEqualTo(3L);
            assertThat(states.get(3)).isEqualTo(250L);
            assertThat(group.get("lr")).isEqualTo(1e-4);
            assertThat(group.get("betas")).isEqualTo(List.of(0.9, 0.999));
            assertThat(group.get("amsgrad")).isEqualTo(false);
            assertThat(group.get("capturable")).isEqualTo(true);
            assertThat(group.get("foreach")).isNull();
            assertThat(group.get("params")).isEqualTo(List.of(0L, 139872345678904L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hostile.pth", "hostile-legacy.pth"})
    void a_command_in_a_file_is_named_and_never_run(String name) {
        assertThatThrownBy(() -> TorchFile.open(FOLDER.resolve(name)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("pickle: names posix.system, which is not allowed");
    }

    @ParameterizedTest
    @CsvSource({
        "cbuiltins|eval|., names builtins.eval",
        "c__builtin__|getattr|., names __builtin__.getattr",
        "ctorch|load|., names torch.load",
        "ctorch|FloatStorage|., keeps a TorchElement",
        "ctorch|FloatStorage|)R., an instruction met a value of another kind",
        "ctorch._utils|_rebuild_tensor_v2|)R., without its argument 1",
        "ctorch._utils|_rebuild_tensor_v2|NR., None where a value is needed",
        "NNR., None where a value is needed",
        "N)R., None where a value is needed",
        "Na., takes a value from an empty stack",
        "NNa., None where a value is needed",
        "NN\u0093., None where a value is needed",
        "NQ., None where a value is needed",
        ")Q., names no storage",
        "]q\u0001h\u0001a., nested deeper than 100",
        "}]Ns., a key that is neither text nor number",
        "(Nd., a key without a value",
        "h\u0007., gets value 7",
        "t., an instruction met a value of another kind",
        "(N(a., takes a value from an empty stack",
        "., takes a value from an empty stack",
        "Xzzzz, wants 2054847098 bytes more",
        "X\u00ff\u00ff\u00ff\u00ff, wants -1 bytes more",
        "\u0080\u0009N., protocol 5 or older",
        "]Nb., attributes to something else",
        "P., instruction 0x50",
        "i., instruction 0x69",
        "N, wants 1 bytes more",
    })
    void a_malformed_pickle_is_one_clear_error(String pickle, String complaint) {
        assertThatThrownBy(() -> unpickled(pickle.replace('|', '\n')))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("pickle: ")
                .hasMessageContaining(complaint);
    }

    @Test
    void values_that_multiply_through_references_are_refused() {
        String twiceTheLast = "q\u0001h\u0001\u0086"; // put it, get it, a pair of both

        assertThatThrownBy(() -> unpickled("]" + twiceTheLast.repeat(60) + "."))
                .hasMessage("pickle: has more than 1000000 values");
    }

    @Test
    void a_program_without_an_end_is_stopped() {
        assertThatThrownBy(() -> unpickled("]".repeat(1_000_001)))
                .hasMessageContaining("more than 1000000 instructions");
        assertThatThrownBy(() -> unpickled(")" + "\u0085".repeat(500_000) + "."))
                .hasMessageContaining("nested deeper than 100");
    }

    @Test
    void a_tensor_must_lie_in_its_storage_and_repeat_nothing() {
        var storage = new TorchStorage(TorchElement.FLOAT, "0", 12, (key, position, into) -> {});

        for (View wrong :
                List.of(
                        new View(0, List.of(13L), List.of(1L)),
                        new View(1, List.of(12L), List.of(1L)),
                        new View(-1, List.of(2L), List.of(1L)),
                        new View(0, List.of(-1L), List.of(1L)),
                        new View(0, List.of(2L), List.of(-1L)),
                        new View(0, List.of(2L), List.of()),
                        new View(0, List.of(1L << 40), List.of(0L)),
                        new View(0, List.of(1L << 40, 1L << 40), List.of(0L, 0L)),
                        new View(Long.MAX_VALUE, List.of(2L), List.of(1L)),
                        new View(0, List.of(3L), List.of(Long.MAX_VALUE)))) {
            assertThatThrownBy(
                            () ->
                                    new TorchTensor(
                                            storage, wrong.offset, wrong.shape, wrong.strides))
                    .as(wrong.toString())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("tensor: ");
        }
    }

    @Test
    void other_files_are_refused(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> TorchFile.open(Files.write(folder.resolve("empty"), new byte[0])))
                .hasMessageContaining("neither a zip nor a pickle");
        assertThatThrownBy(
                        () ->
                                TorchFile.open(
                                        Files.write(
                                                folder.resolve("other"), bytes("\u0080\u0002N."))))
                .hasMessageContaining("begins with another pickle");
    }

    private record View(long offset, List<Long> shape, List<Long> strides) {}

    private static Object unpickled(String pickle) throws IOException {
        byte[] bytes = bytes(pickle);
        return Unpickler.read(
                new PickleInput(new ByteArrayInputStream(bytes), bytes.length),
                id -> StorageIds.parse(id, (key, position, into) -> {}));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static TorchTensor tensor(TorchFile file, String name) {
        return (TorchTensor) ((Map<?, ?>) file.content()).get(name);
    }

    private static float[] floats(TorchFile file, String name) throws IOException {
        return tensor(file, name).floats();
    }
}
