package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.messaging.Topics.SAMPLING_SAVED;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.messaging.DeadLetters;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.SavedRequest;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.score.Checkpoint;
import io.langevin.trajectory.ScoreNetwork;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From request to outcome, turn by turn. */
class SessionTest {
    private static final Checkpoint CHECKPOINT = checkpoint(1, 3);
    private static final Checkpoint BROKEN = checkpoint(2, 3);
    private static final Checkpoint GROWING = checkpoint(30, 3);

    /** Of Algorithm 1 on three levels with T = 2, and the denoising one. */
    private static final int ROWS = 7;

    @TempDir Path folder;
    private SessionInMemory sampling;
    private final List<FakeNetwork> networks = new ArrayList<>();

    @BeforeEach
    void start() throws InterruptedException {
        sampling = SessionInMemory.open(folder, Duration.ofHours(1), (c, precision) -> anyOf(c));
        sampling.publish("m", CHECKPOINT);
        assertCompleted(asked(request().build())); // the network is there
    }

    private FakeNetwork open(Checkpoint checkpoint) {
        FakeNetwork network =
                Arrays.equals(checkpoint.weights(), BROKEN.weights())
                        ? FakeNetwork.throwing(checkpoint)
                        : FakeNetwork.free(checkpoint);
        networks.add(network);
        return network;
    }

    private ScoreNetwork anyOf(Checkpoint checkpoint) {
        return Arrays.equals(checkpoint.weights(), GROWING.weights())
                ? new Growing(checkpoint.architecture().dimension())
                : open(checkpoint);
    }

    /** Every call makes of an image one that is a million times as large. */
    private record Growing(int dimension) implements ScoreNetwork {
        @Override
        public void evaluate(float[] x, float[] sigma, float[] f, int count) {
            for (int k = 0; k < count * dimension; k++) {
                f[k] = 1e12f * x[k];
            }
        }
    }

    @Test
    void an_image_of_no_finite_numbers_fails_its_request_and_no_other() throws Exception {
        String growing = sampling.artifacts.put(GROWING.bytes()).hex();
        SampleRequest endless = asked(request().setCheckpoint(growing).build());
        SampleRequest next = asked(request().build());

        assertThat(sampling.outcome(endless.getRequestId()).getReason())
                .startsWith("sampler: must lead to finite numbers with this checkpoint and task");
        assertThat(sampling.images(endless.getRequestId())).isEmpty();
        assertCompleted(next);
    }

    @AfterEach
    void stop() {
        sampling.close();
    }

    @Test
    void request_has_its_images_in_order_and_one_outcome() throws Exception {
        SampleRequest request = asked(request().setCount(6).build());

        List<GeneratedImage> images = sampling.images(request.getRequestId());

        assertThat(images).extracting(GeneratedImage::getIndex).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(sampling.outcomes(request.getRequestId())).hasSize(1);
        assertThat(sampling.stream.ended()).isEqualTo(2);
    }

    @Test
    void request_that_is_sent_again_has_its_first_outcome_again_and_no_more_images()
            throws Exception {
        SampleRequest request = asked(request().build());
        SampleOutcome first = sampling.outcome(request.getRequestId());
        long before = networks.get(0).images();

        sampling.ask(request);
        sampling.turnUntil(() -> sampling.outcomes(request.getRequestId()).size() == 2);

        assertThat(sampling.outcomes(request.getRequestId()).get(1)).isEqualTo(first);
        assertThat(networks.get(0).images()).isEqualTo(before);
        assertThat(sampling.images(request.getRequestId())).hasSize(1);
    }

    @Test
    void repeat_of_a_request_that_is_under_way_needs_no_answer_of_its_own() throws Exception {
        SampleRequest request = request().setCount(5).build();
        sampling.ask(request);
        sampling.ask(request);

        assertCompleted(request);

        assertThat(sampling.stream.ended()).isEqualTo(3);
        assertThat(sampling.outcomes(request.getRequestId())).hasSize(1);
        assertThat(sampling.images(request.getRequestId())).hasSize(5);
    }

    @Test
    void cancelled_request_keeps_what_is_finished() throws Exception {
        SampleRequest request = asked(request().setCount(9).build());
        for (int turn = 0; turn < ROWS + 2; turn++) {
            sampling.session.turn(); // four of nine are finished, four more have begun
        }
        sampling.cancel(request.getRequestId(), "enough");

        SampleOutcome outcome = sampling.outcome(request.getRequestId());

        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.CANCELLED);
        assertThat(outcome.getReason()).isEqualTo("enough");
        assertThat(outcome.getImages()).isEqualTo(4);
        assertThat(sampling.images(request.getRequestId())).hasSize(4);
    }

    @Test
    void request_whose_partition_another_process_has_leaves_nothing() throws Exception {
        SampleRequest request = asked(request().setCount(2).build());
        sampling.session.turn();
        sampling.stream.lose();
        for (int turn = 0; turn < 2 * ROWS; turn++) {
            sampling.session.turn();
        }

        assertThat(sampling.outcomes(request.getRequestId())).isEmpty();
        assertThat(sampling.topics.records(SAMPLING_IMAGES, request.getRequestId())).isEmpty();
    }

    @Test
    void what_has_begun_goes_on_in_another_process_from_its_row() throws Exception {
        SampleRequest request = request().setCount(3).setSeed(5L).build();
        long before = networks.get(0).images();
        sampling.ask(request);
        sampling.session.turn();
        sampling.session.turn();
        sampling.session.drain(Duration.ZERO);
        long rows = networks.get(0).images() - before;
        assertThat(sampling.topics.records(SAMPLING_SAVED, request.getRequestId())).hasSize(1);

        List<GeneratedImage> images;
        try (var other = sampling.beside(folder, (c, precision) -> open(c))) {
            other.ask(request);
            images = other.images(request.getRequestId());
        }

        assertThat(rows).isBetween(1L, 3L * ROWS - 1);
        assertThat(rows + networks.get(1).images()).isEqualTo(3L * ROWS);
        assertThat(images).extracting(GeneratedImage::getSha256).isEqualTo(undisturbed(request));
    }

    @Test
    void every_task_goes_on_in_another_process_with_the_same_bytes() throws Exception {
        ByteBuffer image = ByteBuffer.wrap(TestImages.png(8));
        Task.Builder given = Task.newBuilder().setImage(image);
        List<Task> tasks =
                List.of(
                        Task.newBuilder(given)
                                .setKind(TaskKind.IMAGE_TO_IMAGE)
                                .setSigma(1.0)
                                .build(),
                        Task.newBuilder(given).setKind(TaskKind.DEBLUR).setBlur(1.0).build(),
                        TestImages.inpainting(TestImages.png(8), TestImages.png(8)),
                        Task.newBuilder().setKind(TaskKind.TRAJECTORY).setEveryRows(2).build());
        for (Task task : tasks) {
            SampleRequest several = request().setCount(2).setSeed(5L).setTask(task).build();
            SampleRequest alone = request().setSeed(5L).setSeedOfImage(true).setTask(task).build();
            for (SampleRequest request : List.of(several, alone)) {
                assertThat(elsewhere(request))
                        .as("%s", task.getKind())
                        .isEqualTo(undisturbed(request));
            }
        }
    }

    /** One process computes the first row and stops, another goes on. */
    private List<String> elsewhere(SampleRequest request) throws InterruptedException {
        var network = new AtomicReference<FakeNetwork>();
        NetworkOpener opener =
                (c, precision) -> {
                    network.set(open(c));
                    return network.get();
                };
        try (var first = sampling.beside(folder, opener);
                var other = sampling.beside(folder, (c, precision) -> open(c))) {
            first.ask(request);
            first.turnUntil(() -> network.get() != null && network.get().images() > 0);
            first.session.drain(Duration.ZERO);
            assertThat(sampling.topics.records(SAMPLING_SAVED, request.getRequestId())).hasSize(1);
            long rows = network.get().images();
            assertThat(rows).isLessThan((long) ROWS * request.getCount());
            other.ask(request);
            return other.images(request.getRequestId()).stream()
                    .map(GeneratedImage::getSha256)
                    .toList();
        }
    }

    @Test
    void what_was_saved_on_the_rows_of_another_plan_begins_anew() throws Exception {
        SampleRequest request = request().setSeed(5L).build();
        sampling.ask(request);
        sampling.session.turn();
        sampling.session.drain(Duration.ZERO);
        SavedRequest saved = sampling.topics.records(SAMPLING_SAVED, request.getRequestId()).get(0);
        sampling.topics.write(
                SAMPLING_SAVED,
                request.getRequestId(),
                SavedRequest.newBuilder(saved).setPlan("0".repeat(64)).build());

        try (var other = sampling.beside(folder, (c, precision) -> open(c))) {
            other.ask(request);
            other.outcome(request.getRequestId());
        }

        assertThat(networks.get(1).images()).isEqualTo(ROWS);
    }

    private List<String> undisturbed(SampleRequest request) throws InterruptedException {
        var again = SampleRequest.newBuilder(request).setRequestId(request().getRequestId());
        try (var other = sampling.beside(folder, (c, precision) -> open(c))) {
            other.ask(again.build());
            return other.images(again.getRequestId()).stream()
                    .map(GeneratedImage::getSha256)
                    .toList();
        }
    }

    @Test
    void network_that_throws_ends_its_requests_and_no_others() throws Exception {
        sampling.publish("broken", BROKEN);
        SampleRequest unlucky = asked(request().setModel("broken").build());
        SampleRequest other = asked(request().build());

        assertThat(sampling.outcome(unlucky.getRequestId()).getReason()).contains("out of order");
        assertCompleted(other);
    }

    @Test
    void model_that_comes_later_is_waited_for_beside_the_others() throws Exception {
        SampleRequest early = asked(request().setModel("later").build());
        SampleRequest late = asked(request().setModel("later").setDeadline(Instant.now()).build());
        SampleRequest unwanted = asked(request().setModel("later").build());
        sampling.cancel(unwanted.getRequestId(), "enough");
        assertCompleted(asked(request().build()));
        assertThat(sampling.outcomes(early.getRequestId())).isEmpty();
        assertThat(sampling.outcome(late.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.EXPIRED);
        assertThat(sampling.outcome(unwanted.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.CANCELLED);

        sampling.publish("later", checkpoint(3, 3));

        assertCompleted(early);
    }

    @Test
    void of_many_that_wait_for_a_model_that_is_not_there_the_first_are_refused() throws Exception {
        List<SampleRequest> early = new ArrayList<>();
        for (int i = 0; i < 66; i++) {
            early.add(asked(request().setModel("never").build()));
        }
        assertCompleted(asked(request().build()));

        for (int i = 0; i < early.size(); i++) {
            List<SampleOutcome> outcomes = sampling.outcomes(early.get(i).getRequestId());
            if (outcomes.isEmpty()) {
                assertThat(i).as("the first that waits on").isBetween(2, 4);
                return;
            }
            assertThat(outcomes.get(0).getReason())
                    .isEqualTo("model: must be one of [m], not 'never'");
        }
        throw new AssertionError("nobody waits");
    }

    @Test
    void request_without_a_key_is_a_dead_letter_and_its_id_is_told() throws Exception {
        SampleRequest request = request().build();
        sampling.stream.send(null, request);

        SampleOutcome outcome = sampling.outcome(request.getRequestId());

        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.FAILED);
        var dead = sampling.topics.records(sampling.kafka.name(SAMPLING_REQUESTS) + ".dead");
        assertThat(dead).hasSize(1);
        assertThat(new String(reason(dead.get(0)), StandardCharsets.UTF_8))
                .isEqualTo(outcome.getReason());
    }

    private static byte[] reason(ProducerRecord<?, ?> letter) {
        return letter.headers().lastHeader(DeadLetters.REASON).value();
    }

    private SampleRequest asked(SampleRequest request) {
        sampling.ask(request);
        return request;
    }

    private void assertCompleted(SampleRequest request) throws InterruptedException {
        assertThat(sampling.outcome(request.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
    }
}
