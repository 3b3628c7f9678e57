package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.noise.NoiseSchedule;
import io.langevin.score.torch.TorchScriptArchive;
import io.langevin.torchfiles.TorchFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorsCheckpointTest {
    static final Path TORCH_FILES = Path.of("../torchfiles/src/test/resources/torch-files");

    private static final AuthorsCheckpoint.Sampling SAMPLING =
            new AuthorsCheckpoint.Sampling(8, 3, 2e-5, false, Optional.empty());
    private static final Oracle ORACLE = Oracle.named("langevin");

    @Test
    void a_program_is_no_checkpoint(@TempDir Path folder) throws IOException {
        Path program =
                Files.write(folder.resolve("program"), TorchScriptArchive.of("class Program:\n"));

        assertThatThrownBy(
                        () ->
                                AuthorsCheckpoint.read(
                                        program,
                                        new AuthorsCheckpoint.Sampling(
                                                8, 3, 2e-5, true, Optional.empty())))
                .hasMessageContaining("names __torch__.Program");
    }

    @Test
    void weights_and_scales_of_the_authors_arrive_as_they_are() throws IOException {
        Checkpoint checkpoint = AuthorsCheckpoint.read(file("langevin.pth"), SAMPLING);

        assertThat(checkpoint.architecture()).isEqualTo(ORACLE.architecture());
        assertThat(checkpoint.weights()).isEqualTo(ORACLE.flat("weights."));
        assertThat(checkpoint.schedule().sigmas()).isEqualTo(scalesOfTheOracle());
        assertThat(checkpoint.stepsPerLevel()).isEqualTo(3);
        assertThat(checkpoint.epsilon()).isEqualTo(2e-5);
        assertThat(checkpoint.denoise()).isFalse();
        assertThat(checkpoint.origin())
                .containsEntry("imported from", "langevin.pth")
                .containsEntry("weights", "of the last step")
                .containsEntry("step", "100");
    }

    @ParameterizedTest
    @ValueSource(strings = {"authors.pth", "authors-legacy.pth"})
    void the_moving_average_is_taken_where_there_is_one(String name) throws IOException {
        Checkpoint checkpoint = AuthorsCheckpoint.read(file(name), SAMPLING);

        assertThat(checkpoint.weights()).isEqualTo(made()); // the last step's are their negatives
        assertThat(checkpoint.schedule().sigmas()).isEqualTo(scalesOfTheOracle());
        assertThat(checkpoint.origin())
                .containsEntry("weights", "moving average")
                .containsEntry("step", "250");
    }

    /** Saved and computed by the authors' code (make_with_torch.py). */
    @ParameterizedTest
    @ValueSource(strings = {"trained.pth", "trained-legacy.pth"})
    void what_pytorch_saved_gives_the_scores_that_pytorch_computed(String name) throws IOException {
        SafeTensors expected = SafeTensors.read(Files.readAllBytes(file("trained.safetensors")));
        float[] x = expected.tensors().get("x").floats();
        float[] sigmas = expected.tensors().get("sigmas").floats();
        float[] score = expected.tensors().get("score").floats();

        Checkpoint checkpoint = AuthorsCheckpoint.read(file(name), SAMPLING);

        float[] f = new float[x.length];
        try (var network = new TorchScoreNetwork(checkpoint)) {
            network.evaluate(x, sigmas, f, sigmas.length);
        }
        for (int k = 0; k < f.length; k++) {
            f[k] /= sigmas[k / checkpoint.architecture().dimension()];
        }
        assertThat(OracleComparison.difference(f, score)).isLessThan(5e-6);
        assertThat(checkpoint.origin())
                .containsEntry("weights", "moving average")
                .containsEntry("step", "3");
    }

    @Test
    void a_bare_state_dict_needs_a_schedule_and_may_be_of_half_precision() throws IOException {
        var schedule = NoiseSchedule.geometric(5, 0.01, 7);
        var sampling = new AuthorsCheckpoint.Sampling(8, 3, 2e-5, true, Optional.of(schedule));

        Checkpoint checkpoint = AuthorsCheckpoint.read(file("bare-half.pth"), sampling);

        assertThat(checkpoint.weights()).isEqualTo(made());
        assertThat(checkpoint.schedule()).isEqualTo(schedule);
        assertThat(checkpoint.origin()).doesNotContainKey("step");
        assertThatThrownBy(() -> AuthorsCheckpoint.read(file("bare-half.pth"), SAMPLING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("sigmas: the file has none, so they must be given");
    }

    /** As Lightning, torch.compile, DataParallel and other trainers wrap a state_dict. */
    @Test
    void a_state_dict_is_found_under_the_names_that_people_use() throws IOException {
        var schedule = NoiseSchedule.geometric(5, 0.01, 7);
        var sampling = new AuthorsCheckpoint.Sampling(8, 3, 2e-5, true, Optional.of(schedule));
        Path path = file("bare-half.pth");
        try (TorchFile file = TorchFile.open(path)) {
            var bare = (Map<?, ?>) file.content();
            Map<String, Object> wrapped = new LinkedHashMap<>();
            bare.forEach((name, value) -> wrapped.put("_orig_mod.module.module." + name, value));
            List<Map<String, Object>> contents =
                    List.of(
                            Map.of("state_dict", wrapped, "global_step", 7L),
                            Map.of("model", bare, "optimizer", Map.of(), "step", 7L),
                            Map.of("model", Map.of(), "ema", wrapped, "step", 7L),
                            Map.of("model_state_dict", wrapped, "iteration", 7L));
            for (Map<String, Object> content : contents) {
                Checkpoint checkpoint = AuthorsCheckpoint.read(content, path, sampling);

                assertThat(checkpoint.weights()).as("" + content.keySet()).isEqualTo(made());
                assertThat(checkpoint.origin()).containsEntry("step", "7");
            }
            assertThat(
                            AuthorsCheckpoint.read(contents.get(2), path, sampling)
                                    .origin()
                                    .get("weights"))
                    .isEqualTo("moving average");
            assertThat(AuthorsCheckpoint.read(wrapped, path, sampling).weights()).isEqualTo(made());
            assertThatThrownBy(
                            () ->
                                    AuthorsCheckpoint.read(
                                            Map.of("weights", Map.of()), path, sampling))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("checkpoint: must have a network under one of")
                    .hasMessageEndingWith("but the file has [weights]");
        }
    }

    @Test
    void a_file_without_a_network_is_refused() {
        assertThatThrownBy(() -> AuthorsCheckpoint.read(file("views.pth"), SAMPLING))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("begin_conv.weight: must have 4 dimensions, but is missing");
    }

    @Test
    void what_a_file_does_not_say_must_make_sense() {
        for (double epsilon : List.of(0.0, Double.NaN, Double.POSITIVE_INFINITY)) {
            assertThatThrownBy(
                            () ->
                                    new AuthorsCheckpoint.Sampling(
                                            8, 3, epsilon, true, Optional.empty()))
                    .hasMessageStartingWith("epsilon: ");
        }
        assertThatThrownBy(() -> new AuthorsCheckpoint.Sampling(8, 0, 1, true, Optional.empty()))
                .hasMessageStartingWith("stepsPerLevel: ");
    }

    @Test
    void an_imported_checkpoint_is_read_back_from_its_own_file() throws IOException {
        Checkpoint imported = AuthorsCheckpoint.read(file("authors.pth"), SAMPLING);

        assertThat(Checkpoint.parse(imported.bytes()))
                .usingRecursiveComparison()
                .isEqualTo(imported);
    }

    /**
     * So {@code {"module." + name: tensor for every tensor of the safetensors file}} is what the
     * authors' {@code load_state_dict} takes.
     */
    @Test
    void a_checkpoint_names_its_tensors_as_the_authors_state_dict_does() throws IOException {
        Checkpoint checkpoint = AuthorsCheckpoint.read(file("langevin.pth"), SAMPLING);

        Set<String> exported =
                new HashSet<>(SafeTensors.read(checkpoint.bytes()).tensors().keySet());

        Set<String> official =
                ORACLE.file().tensors().keySet().stream()
                        .filter(name -> name.startsWith("weights."))
                        .map(name -> name.substring("weights.".length()))
                        .collect(Collectors.toSet());
        official.add("sigmas");
        assertThat(exported).isEqualTo(official);
    }

    private static Path file(String name) {
        return TORCH_FILES.resolve(name);
    }

    private static List<Double> scalesOfTheOracle() {
        return floats(ORACLE.floats("sigmas"));
    }

    private static List<Double> floats(float[] values) {
        Double[] doubles = new Double[values.length];
        Arrays.setAll(doubles, i -> (double) values[i]);
        return List.of(doubles);
    }

    /** What make.py fills the network of ngf 2 with, in the order of the flat vector. */
    private static float[] made() {
        var network = new NetworkArchitecture(NetworkArchitecture.Family.BASE, 2, 1, 8);
        float[] weights = new float[ParameterLayout.of(network).size()];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = (k % 97 - 48) / 64f;
        }
        return weights;
    }
}
