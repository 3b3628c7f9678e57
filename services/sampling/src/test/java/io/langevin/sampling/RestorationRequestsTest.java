package io.langevin.sampling;

import static io.langevin.sampling.SamplingFixture.request;
import static io.langevin.sampling.TestImages.floats;
import static io.langevin.sampling.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.langevin.records.ImageFormat;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.trajectory.Float32;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Images that agree with what is given of them. */
class RestorationRequestsTest extends OneModelSession {
    private static final int SIDE = 8;
    private static final float STEP = 1 / 255f;

    @Test
    void averages_of_an_enlarged_image_are_the_small_one() throws Exception {
        float[] large = made(task(TaskKind.SUPER_RESOLVE, png(4)).setFactor(2).build());

        for (int y = 0; y < 4; y++) {
            for (int x = 0; x < 4; x++) {
                float sum = 0;
                for (int k = 0; k < 4; k++) {
                    sum += large[(2 * y + k / 2) * SIDE + 2 * x + k % 2];
                }
                assertThat(sum / 4).isCloseTo((17 * x + y) * STEP, within(STEP / 2));
            }
        }
    }

    @Test
    void sharp_image_is_the_given_one_when_it_is_blurred() throws Exception {
        float[] sharp = made(task(TaskKind.DEBLUR, png(SIDE)).setBlur(0.5).build());

        float[] blurred = blurred(sharp, 0.5);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                assertThat(blurred[y * SIDE + x]).isCloseTo((17 * x + y) * STEP, within(STEP));
            }
        }
    }

    /** By the sum over neighbours, the edge pixel twice. */
    private static float[] blurred(float[] image, double deviation) {
        float[] blurred = new float[image.length];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double sum = 0;
                double weights = 0;
                for (int dy = -2; dy <= 2; dy++) {
                    for (int dx = -2; dx <= 2; dx++) {
                        double weight =
                                Math.exp(-(dx * dx + dy * dy) / (2 * deviation * deviation));
                        sum += weight * image[mirrored(y + dy) * SIDE + mirrored(x + dx)];
                        weights += weight;
                    }
                }
                blurred[y * SIDE + x] = (float) (sum / weights);
            }
        }
        return blurred;
    }

    private static int mirrored(int at) {
        return at < 0 ? -1 - at : at >= SIDE ? 2 * SIDE - 1 - at : at;
    }

    @Test
    void measurements_of_the_image_are_those_that_were_given() throws Exception {
        float[] matrix = new float[3 * SIDE * SIDE];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = (float) Math.cos(0.01 * i * i);
        }
        float[] y = {3, -2, 0.5f};

        float[] image =
                made(
                        task(TaskKind.COMPRESSED_SENSING, Float32.bytes(y).array())
                                .setMatrix(Float32.bytes(matrix))
                                .build());

        for (int row = 0; row < y.length; row++) {
            float sum = 0;
            for (int k = 0; k < image.length; k++) {
                sum += matrix[row * image.length + k] * image[k];
            }
            assertThat(sum).isCloseTo(y[row], within(0.01f));
        }
    }

    /** A preview looks at the estimate; it must not take the restoration's place. */
    @Test
    void previews_change_no_byte() throws Exception {
        Task task = task(TaskKind.DEBLUR, png(SIDE)).setBlur(0.5).build();
        SampleRequest looked =
                request()
                        .setSeed(7L)
                        .setImageFormat(ImageFormat.FLOAT32)
                        .setPreviewEvery(2)
                        .setTask(task)
                        .build();
        sampling.ask(looked);

        assertThat(floats(sampling.images(looked.getRequestId()).get(0)))
                .containsExactly(made(task));
    }

    @Test
    void an_image_like_a_given_one_begins_at_the_level_below_sigma() throws Exception {
        SampleRequest request =
                request()
                        .setTask(task(TaskKind.IMAGE_TO_IMAGE, png(SIDE)).setSigma(0.5).build())
                        .build();
        sampling.ask(request);

        // 2 of the 3 levels, 2 steps each, and one to denoise
        assertThat(sampling.outcome(request.getRequestId()).getNetworkEvaluations()).isEqualTo(5);
    }

    @Test
    void what_cannot_be_restored_is_refused_by_field_rule_and_value() throws Exception {
        Map<SampleRequest, String> wrong = new LinkedHashMap<>();
        byte[] image = png(SIDE);
        refuses(
                wrong,
                task(TaskKind.IMAGE_TO_IMAGE, image),
                "task.sigma: must be above 0 and at most 1000000, not null");
        refuses(
                wrong,
                task(TaskKind.IMAGE_TO_IMAGE, image).setSigma(0.1),
                "task.sigma: must be at least 0.316");
        refuses(
                wrong,
                task(TaskKind.SUPER_RESOLVE, image),
                "task.factor: must be at least 2 and divide the 8 pixels of the model, not null");
        refuses(
                wrong,
                task(TaskKind.SUPER_RESOLVE, image).setFactor(3),
                "task.factor: must be at least 2 and divide the 8 pixels of the model, not 3");
        refuses(
                wrong,
                task(TaskKind.SUPER_RESOLVE, image).setFactor(Integer.MIN_VALUE),
                "task.factor: must be at least 2");
        refuses(
                wrong,
                task(TaskKind.DEBLUR, image).setBlur(Double.NaN),
                "task.blur: must be 0.1 to the 8 pixels of the model, not NaN");
        refuses(
                wrong,
                task(TaskKind.DEBLUR, image).setBlur(1e-170),
                "task.blur: must be 0.1 to the 8 pixels of the model, not 1.0E-170");
        refuses(
                wrong,
                task(TaskKind.COMPRESSED_SENSING, Float32.bytes(new float[] {3e38f}).array())
                        .setMatrix(Float32.bytes(half(SIDE * SIDE))),
                "task.image: must have finite numbers up to 1.0E9, not 3.0E38");
        refuses(
                wrong,
                task(TaskKind.DEBLUR, image).setBlur(1.0).setSigma(-1.0),
                "task.sigma: must be finite and at least 0, not -1.0");
        refuses(
                wrong,
                task(TaskKind.COLORIZE, image),
                "task.kind: must be another one: the model's images have no colours, not COLORIZE");
        refuses(
                wrong,
                task(TaskKind.COMPRESSED_SENSING, new byte[4]),
                "task.matrix and task.matrixArtifact: must be given one or the other, not none");
        refuses(
                wrong,
                task(TaskKind.COMPRESSED_SENSING, new byte[4])
                        .setMatrix(ByteBuffer.allocate(4 * 63)),
                "task.matrix: must be at most 64 rows of 64 numbers, not 63 numbers");
        refuses(
                wrong,
                task(TaskKind.COMPRESSED_SENSING, new byte[7])
                        .setMatrix(ByteBuffer.allocate(4 * 64)),
                "task.image: must be 1 to 64 float32 numbers, not 7 bytes");
        refuses(
                wrong,
                task(TaskKind.COMPRESSED_SENSING, new byte[8])
                        .setMatrix(ByteBuffer.allocate(4 * 64)),
                "task.image: must be a number for each of the 1 rows of task.matrix, not 2");
        for (SampleRequest request : wrong.keySet()) {
            sampling.ask(request);
        }

        for (var entry : wrong.entrySet()) {
            SampleOutcome outcome = sampling.outcome(entry.getKey().getRequestId());
            assertThat(outcome.getStatus()).isEqualTo(SampleStatus.FAILED);
            assertThat(outcome.getReason()).startsWith(entry.getValue());
        }
    }

    /** It sees nothing: the image is as without a measurement, and no number becomes infinite. */
    @Test
    void matrix_of_zeros_measures_nothing() throws Exception {
        float[] image =
                made(
                        task(TaskKind.COMPRESSED_SENSING, new byte[4])
                                .setMatrix(ByteBuffer.allocate(4 * 64))
                                .build());

        assertThat(image).containsExactly(made(Task.newBuilder().build()), within(1e-5f));
    }

    private float[] made(Task task) throws Exception {
        SampleRequest request =
                request().setSeed(7L).setImageFormat(ImageFormat.FLOAT32).setTask(task).build();
        sampling.ask(request);
        float[] pixels = floats(sampling.images(request.getRequestId()).get(0));
        return Arrays.copyOf(pixels, pixels.length);
    }

    private static Task.Builder task(TaskKind kind, byte[] image) {
        return Task.newBuilder().setKind(kind).setImage(ByteBuffer.wrap(image));
    }

    /** One half, then zeros. */
    private static float[] half(int count) {
        float[] numbers = new float[count];
        numbers[0] = 0.5f;
        return numbers;
    }

    private static void refuses(Map<SampleRequest, String> wrong, Task.Builder task, String why) {
        wrong.put(request().setTask(task.build()).build(), why);
    }
}
