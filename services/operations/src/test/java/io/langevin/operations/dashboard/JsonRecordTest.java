package io.langevin.operations.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRecordTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void every_type_of_field_is_read() throws IOException {
        SampleRequest request =
                read(
                        """
                        {"requestId": "r", "model": "m", "count": 3, "seed": "-9223372036854775808",
                         "deadline": "2026-01-31T12:00:00Z", "imageFormat": "FLOAT32",
                         "labels": {"tenant": "t"}, "describe": false, "checkpoint": null,
                         "sampler": {"kind": "DPM_SOLVER_ODE", "rho": "Infinity", "noiseScale": 1},
                         "task": {"kind": "DEBLUR", "image": "AQI=", "blur": 1.5}}
                        """);

        assertThat(request)
                .isEqualTo(
                        SampleRequest.newBuilder()
                                .setRequestId("r")
                                .setModel("m")
                                .setCount(3)
                                .setSeed(Long.MIN_VALUE)
                                .setDeadline(Instant.parse("2026-01-31T12:00:00Z"))
                                .setImageFormat(ImageFormat.FLOAT32)
                                .setLabels(Map.of("tenant", "t"))
                                .setDescribe(false)
                                .setSampler(
                                        Sampler.newBuilder()
                                                .setKind(SamplerKind.DPM_SOLVER_ODE)
                                                .setRho(Double.POSITIVE_INFINITY)
                                                .setNoiseScale(1.0)
                                                .build())
                                .setTask(
                                        Task.newBuilder()
                                                .setKind(TaskKind.DEBLUR)
                                                .setImage(ByteBuffer.wrap(new byte[] {1, 2}))
                                                .setBlur(1.5)
                                                .build())
                                .build());
    }

    @Test
    void what_is_left_out_has_its_default() throws IOException {
        assertThat(read("{\"requestId\": \"r\", \"model\": \"m\"}"))
                .isEqualTo(SampleRequest.newBuilder().setRequestId("r").setModel("m").build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    'count': 1.5                | count: must be a whole number, not 1.5
                    'count': 2147483648         | count: must be a whole number, not 2147483648
                    'count': null               | count: must be a whole number, not null
                    'seed': '9223372036854775808' | seed: must have at most 64 bits, not "9223372036854775808"
                    'seed': 1e3                 | seed: must be a whole number, not 1000.0
                    'describe': 1               | describe: must be true or false, not 1
                    'labels': []                | labels: must be a JSON object, not []
                    'labels': {'a': 1}          | labels.a: must be text, not 1
                    'deadline': 'x'             | deadline: must be a moment such as 2026-01-31T12:00:00Z, not "x"
                    'deadline': '+292278995-01-01T00:00:00Z' | deadline: must be a moment such as
                    'sampler': []               | sampler: must be a JSON object, not []
                    'sampler': {'rho': '1'}     | sampler.rho: must be a number, not "1"
                    'sampler': {'rho': 1e999}   | sampler.rho: must be a number, not
                    'sampler': {'kind': 'X'}    | sampler.kind: must be one of
                    'sampler': {'kin': 1}       | sampler: must have only the fields
                    'task': {'image': '!'}      | task.image: must be text in base64, not "!"
                    'task': {'image': 1}        | task.image: must be text in base64, not 1
                    """)
    void wrong_values_name_field_rule_and_value(String field, String message) {
        String body = "{'requestId': 'r', 'model': 'm', %s}".formatted(field).replace('\'', '"');

        assertThatThrownBy(() -> read(body))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void long_texts_and_long_names_are_refused_in_few_words() {
        String text = "x".repeat(20_000);
        for (String field :
                List.of(
                        "\"checkpoint\": \"" + text + "\"",
                        "\"labels\": {\"" + text + "\": 1}",
                        "\"" + text + "\": 1")) {
            assertThatThrownBy(
                            () ->
                                    read(
                                            "{\"requestId\": \"r\", \"model\": \"m\", %s}"
                                                    .formatted(field)))
                    .isInstanceOf(RejectedException.class)
                    .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(500));
        }
    }

    @Test
    void a_field_without_a_default_must_be_given() {
        assertThatThrownBy(() -> read("{\"requestId\": \"r\"}"))
                .hasMessage("model: must be given, not left out");
    }

    private static SampleRequest read(String json) throws IOException {
        return JsonRecord.read(JSON.readTree(json), SampleRequest.getClassSchema());
    }
}
