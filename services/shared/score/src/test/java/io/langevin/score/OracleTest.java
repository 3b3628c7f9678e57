package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.TrajectoryBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Equality with the authors' PyTorch code, file by file. */
class OracleTest {
    private static final double TOLERANCE = 5e-6;

    /** Of the 28×28 network's res2.0.normalize1.gamma: 9.2e-6. */
    private static final double THEIR_ROUNDING = 1e-5;

    /** Of gradients in float32; 1e-5 was seen, it depends on the processor. */
    private static final double OWN_ROUNDING = 2e-5;

    private static final Set<String> KNOWN =
            Set.of("NCSN", "NCSNv2", "NCSNv2Deeper", "NCSNv2Deepest");

    static List<Oracle> oracles() throws IOException {
        return Oracle.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oracles")
    void network_loss_gradients_adam_and_average_are_the_authors(Oracle oracle) {
        assumeTrue(KNOWN.contains(oracle.network()), "no network " + oracle.network() + " here");
        assumeFalse(oracle.isTrajectory());

        var comparison = OracleComparison.of(oracle, oracle.flat("weights."));

        assertThat(disagreements(comparison)).isEmpty();
        assertThat(comparison.rounding().values()).allMatch(rounding -> rounding < OWN_ROUNDING);
    }

    /**
     * What is farther from the authors' values than 5e-6 of the largest magnitude; one gradient of
     * a file may be as far as their own float32 rounding was seen to take it.
     */
    private static List<String> disagreements(OracleComparison comparison) {
        List<String> far = new ArrayList<>();
        comparison
                .toAuthors()
                .forEach(
                        (tensor, d) -> {
                            if (!(d < TOLERANCE)) {
                                far.add(tensor + ": " + d);
                            }
                        });
        boolean theirRounding =
                far.size() == 1
                        && far.get(0).startsWith("gradients.")
                        && comparison.toAuthors().values().stream()
                                .allMatch(d -> d < THEIR_ROUNDING);
        return theirRounding ? List.of() : far;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oracles")
    void parameters_have_the_authors_names_and_order(Oracle oracle) {
        assumeTrue(KNOWN.contains(oracle.network()), "no network " + oracle.network() + " here");
        List<String> theirs =
                oracle.file().tensors().keySet().stream()
                        .filter(name -> name.startsWith("weights."))
                        .map(name -> name.substring("weights.".length()))
                        .toList();

        assertThat(ParameterLayout.of(oracle.architecture()).parameters())
                .extracting(ParameterLayout.Parameter::name)
                .containsExactlyElementsOf(theirs);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oracles")
    void annealed_langevin_dynamics_take_the_authors_steps(Oracle oracle) {
        assumeTrue(oracle.isTrajectory());
        float[] trajectory = oracle.floats("trajectory");
        SamplingPlan plan = plan(oracle);
        int levels = oracle.number("levels");
        int steps = oracle.number("steps_per_level");
        try (var network = oracle.scoreNetwork();
                var batch = new TrajectoryBatch<Integer>(network, 3)) {
            for (int i = 0; i < 3; i++) {
                batch.add(
                        i,
                        plan,
                        replayed(oracle, i),
                        AfterRow.NOTHING,
                        image(oracle.floats("x0"), i, 64));
            }
            for (int level = 0; level < levels; level++) {
                for (int t = 0; t < steps; t++) {
                    assertThat(batch.step()).isEmpty();
                }
                float[] theirs = Arrays.copyOfRange(trajectory, level * 192, (level + 1) * 192);
                assertThat(OracleComparison.difference(batch.positions(), theirs))
                        .as("level %d", level)
                        .isLessThan(TOLERANCE);
            }
            List<TrajectoryBatch.Finished<Integer>> finished = batch.step();
            assertThat(finished).hasSize(3);
            for (TrajectoryBatch.Finished<Integer> image : finished) {
                float[] theirs = image(oracle.floats("denoised"), image.owner(), 64);
                assertThat(OracleComparison.difference(image.pixels(), theirs))
                        .isLessThan(TOLERANCE);
            }
        }
    }

    @Test
    void a_weight_changed_by_one_percent_shows() {
        Oracle oracle = Oracle.named("ncsnv2-28");
        ParameterLayout layout = ParameterLayout.of(oracle.architecture());
        for (ParameterLayout.Parameter parameter : layout.parameters()) {
            float[] weights = oracle.flat("weights.");
            int largest =
                    IntStream.range(parameter.offset(), parameter.offset() + parameter.size())
                            .reduce((a, b) -> Math.abs(weights[a]) >= Math.abs(weights[b]) ? a : b)
                            .orElseThrow();
            weights[largest] = weights[largest] == 0 ? 0.01f : 1.01f * weights[largest];

            assertThat(disagreements(OracleComparison.of(oracle, weights)))
                    .as(parameter.name())
                    .isNotEmpty();
        }
    }

    private static SamplingPlan plan(Oracle oracle) {
        NoiseSchedule schedule = oracle.schedule();
        double epsilon = Double.parseDouble(oracle.file().metadata().get("epsilon"));
        return AnnealedLangevin.plan(schedule, oracle.number("steps_per_level"), epsilon, true);
    }

    /** The authors' own draws of one image, noise[level, step, image, …], in their order. */
    private static ImageNoise replayed(Oracle oracle, int image) {
        float[] all = oracle.floats("noise");
        return new ImageNoise() {
            private int draw;

            @Override
            public void uniform(float[] x) {
                throw new AssertionError("the start is given");
            }

            @Override
            public void normal(float[] z) {
                System.arraycopy(all, (3 * draw++ + image) * z.length, z, 0, z.length);
            }

            @Override
            public long[] drawn() {
                return new long[] {draw};
            }

            @Override
            public void advance(long[] drawn) {
                draw = (int) drawn[0];
            }
        };
    }

    private static float[] image(float[] batch, int index, int dimension) {
        return Arrays.copyOfRange(batch, index * dimension, (index + 1) * dimension);
    }
}
