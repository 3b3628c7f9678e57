package io.langevin.messaging.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.records.ImageOrigin;
import io.langevin.records.ImageTask;
import io.langevin.records.Precision;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.TaskKind;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlatRecordTest {
    private static final ImageOrigin ORIGIN =
            ImageOrigin.newBuilder()
                    .setModel("m = \"1\"")
                    .setCheckpoint("c")
                    .setScheduleId("")
                    .setSeed(Long.MIN_VALUE)
                    .setSampler(
                            Sampler.newBuilder()
                                    .setKind(SamplerKind.STOCHASTIC_HEUN)
                                    .setRho(Double.POSITIVE_INFINITY)
                                    .setEpsilon(Double.MIN_VALUE)
                                    .setDenoise(false)
                                    .setPrecision(Precision.BFLOAT16)
                                    .build())
                    .setTask(
                            ImageTask.newBuilder()
                                    .setKind(TaskKind.INTERPOLATE)
                                    .setIndex(0)
                                    .setLastSeed(-1L)
                                    .build())
                    .setPlan("p")
                    .setDevice("cpu")
                    .setVersion("v")
                    .build();

    @Test
    void record_comes_back_from_its_fields() {
        Map<String, String> fields = FlatRecord.fields(ORIGIN);

        ImageOrigin back = FlatRecord.record(ImageOrigin.getClassSchema(), fields);

        assertThat(back).isEqualTo(ORIGIN);
        assertThat(fields)
                .containsEntry("sampler.kind", "STOCHASTIC_HEUN")
                .containsEntry("seed", "-9223372036854775808")
                .doesNotContainKey("sampler.churn");
    }

    @Test
    void what_cannot_be_read_is_named() {
        Map<String, String> fields = new HashMap<>(FlatRecord.fields(ORIGIN));
        fields.put("seed", "7".repeat(1_000));
        assertThatThrownBy(() -> FlatRecord.record(ImageOrigin.getClassSchema(), fields))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("seed: cannot be '777")
                .hasMessageMatching(".{0,200}");
        fields.put("seed", "7");
        fields.put("sampler.denoise", "yes");
        assertThatThrownBy(() -> FlatRecord.record(ImageOrigin.getClassSchema(), fields))
                .hasMessage("sampler.denoise: cannot be 'yes'");
        fields.put("sampler.denoise", "true");
        fields.put("task.kind", "FLY");
        assertThatThrownBy(() -> FlatRecord.record(ImageOrigin.getClassSchema(), fields))
                .hasMessage("task.kind: cannot be 'FLY'");
        fields.remove("task.kind");
        fields.remove("plan");
        assertThatThrownBy(() -> FlatRecord.record(ImageOrigin.getClassSchema(), fields))
                .hasMessage("plan: is missing");
    }
}
