package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.noise.DpmSolver;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CheckpointTest {
    private static final NetworkArchitecture SMALL =
            new NetworkArchitecture(NetworkArchitecture.Family.BASE, 4, 1, 8);

    @Test
    void what_is_written_is_read_back() {
        Checkpoint checkpoint = checkpoint(weights());

        Checkpoint read = Checkpoint.parse(checkpoint.bytes());

        assertThat(read).usingRecursiveComparison().isEqualTo(checkpoint);
        assertThat(read.bytes()).isEqualTo(checkpoint.bytes());
    }

    @Test
    void every_truncation_is_one_clear_error() {
        byte[] bytes = checkpoint(weights()).bytes();
        long seed = 4;
        var random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] truncated = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            assertThatThrownBy(() -> Checkpoint.parse(truncated))
                    .as("seed %d, %d bytes", seed, truncated.length)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void hostile_headers_are_refused() {
        for (String header :
                List.of(
                        "[]",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,99]}}",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,4]}}",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
                        "{\"a\":{\"dtype\":\"PY\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                        "{\"a\":1}",
                        "not json")) {
            assertThatThrownBy(() -> SafeTensors.read(file(header)))
                    .as(header)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void weights_that_are_not_finite_or_too_few_are_refused() {
        float[] broken = weights();
        broken[5] = Float.NaN;
        assertThatThrownBy(() -> checkpoint(broken)).hasMessageContaining("finite");
        assertThatThrownBy(() -> checkpoint(new float[3])).hasMessageContaining("not 3");
    }

    private static byte[] file(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return java.nio.ByteBuffer.allocate(8 + json.length + 4)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .putInt(0)
                .array();
    }

    private static float[] weights() {
        return DenoisingScoreMatching.State.initial(SMALL, 3).weights();
    }

    @Test
    void plans_come_back_bit_by_bit() {
        var plans =
                List.of(
                        new SamplingPlan(
                                1 / 3.0,
                                List.of(
                                        new SamplingPlan.Row(10, -0.1, 2, Math.PI, 0.3, 1, 1e-300),
                                        SamplingPlan.Row.denoising(0.01))),
                        DpmSolver.sde(NoiseSchedule.geometric(10, 0.01, 20), 12, 7, true)
                                .scaled(1.1));
        Checkpoint checkpoint =
                checkpoint(weights())
                        .recommending(new Checkpoint.Recommendation("SEARCHED", 12, plans));

        assertThat(Checkpoint.parse(checkpoint.bytes()).recommended())
                .isEqualTo(checkpoint.recommended());
    }

    @Test
    void what_is_no_plan_is_refused_by_its_name() {
        for (String text :
                List.of(
                        "",
                        "1",
                        "1 2 3",
                        "1 1 1 1 0 0 0 0 x",
                        "1 NaN 1 1 0 0 0 0 1",
                        "1 1 1 1 0 0 0 0 0")) {
            assertThatThrownBy(() -> PlanText.plan("plan.8", text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("plan.8: ");
        }
        assertThatThrownBy(() -> PlanText.plan("plan.8", "1 ".repeat(100_000)))
                .hasMessage("plan.8: must have at most 65536 characters, not 200000");
        assertThatThrownBy(() -> PlanText.plan("plan.8", "x".repeat(60_000)))
                .hasMessageMatching("plan.8: must be numbers, not 'x{40}…'");
        var twice = DpmSolver.sde(NoiseSchedule.geometric(10, 0.01, 20), 12, 7, true);
        assertThatThrownBy(
                        () -> new Checkpoint.Recommendation("SEARCHED", 12, List.of(twice, twice)))
                .hasMessage("plans: must have other numbers of evaluations each, not [12, 12]");
    }

    private static Checkpoint checkpoint(float[] weights) {
        return new Checkpoint(
                SMALL,
                NoiseSchedule.geometric(10, 0.01, 20),
                5,
                3e-5,
                true,
                "abc",
                Optional.of(new Checkpoint.Recommendation("PROBABILITY_FLOW_HEUN", 32)),
                weights,
                Map.of("model", "test"));
    }
}
