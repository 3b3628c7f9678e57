package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_SAVED;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.TopicReader;
import io.langevin.process.RunningService;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.SavedRequest;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker that is asked to stop loses nothing that it has computed. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class DrainIT extends HeldNetworkService {
    private static final int COUNT = 6;

    private final FakeNetwork second = FakeNetwork.free(CHECKPOINT);

    @Test
    void what_has_begun_goes_on_elsewhere_from_the_row_where_it_was() throws Exception {
        SampleRequest request = request().setCount(COUNT).setSeed(3L).build();
        stopInTheMiddle(request);
        long firstImages = network.images();

        sampling.start(sampling.config("two"), (checkpoint, precision) -> second);
        List<GeneratedImage> images = sampling.images(request.getRequestId());

        assertThat(firstImages).isBetween(15L * 4, (long) COUNT * ROWS - 1);
        assertThat(firstImages + second.images()).isEqualTo((long) COUNT * ROWS);
        assertThat(images)
                .extracting(GeneratedImage::getBytes)
                .isEqualTo(undisturbed(request).stream().map(GeneratedImage::getBytes).toList());
        assertNothingIsKept(request);
    }

    @Test
    void a_film_strip_keeps_its_frames() throws Exception {
        Task task = Task.newBuilder().setKind(TaskKind.TRAJECTORY).setEveryRows(5).build();
        SampleRequest request = request().setCount(2).setSeed(3L).setTask(task).build();
        stopInTheMiddle(request);
        long firstImages = network.images();

        sampling.start(sampling.config("two"), (checkpoint, precision) -> second);
        List<GeneratedImage> images = sampling.images(request.getRequestId());

        assertThat(firstImages + second.images()).isEqualTo(2L * ROWS);
        assertThat(images)
                .extracting(GeneratedImage::getBytes)
                .isEqualTo(undisturbed(request).stream().map(GeneratedImage::getBytes).toList());
    }

    @Test
    void within_the_grace_time_what_has_begun_is_finished_and_the_rest_left_to_others()
            throws Exception {
        SampleRequest request = request().setCount(COUNT).build();
        RunningService stopping = startHeld(Duration.ofMinutes(5));
        sampling.ask(request);
        network.allow(15);
        await().until(() -> network.images() == 15 * 4 && network.isCalled());

        CompletableFuture<Void> closed = CompletableFuture.runAsync(stopping::close);
        await().until(stopping::isClosing);
        network.allow(1_000);
        closed.get();

        assertThat(network.images()).isEqualTo(4L * ROWS);
        sampling.start(sampling.config("two"), (checkpoint, precision) -> second);
        assertThat(sampling.images(request.getRequestId())).hasSize(COUNT);
        assertThat(second.images()).isEqualTo(2L * ROWS);
    }

    @Test
    void where_the_saved_state_is_gone_the_request_begins_anew() throws Exception {
        SampleRequest request = request().setCount(COUNT).setSeed(3L).build();
        stopInTheMiddle(request);
        sampling.artifacts.delete(new ArtifactId(saved(request).getState()));

        sampling.start(sampling.config("two"), (checkpoint, precision) -> second);

        assertThat(sampling.images(request.getRequestId())).hasSize(COUNT);
        assertThat(second.images()).isEqualTo((long) COUNT * ROWS);
    }

    @Test
    void a_state_that_is_no_state_is_a_reason_to_begin_anew_and_not_to_die() throws Exception {
        SampleRequest request = request().setCount(COUNT).setSeed(3L).build();
        stopInTheMiddle(request);
        ArtifactId nonsense = sampling.artifacts.put(new byte[] {(byte) 0xC3, 1, 2, 3});
        sampling.write(
                SAMPLING_SAVED,
                request.getRequestId(),
                SavedRequest.newBuilder(saved(request)).setState(nonsense.hex()).build());

        RunningService going =
                sampling.start(sampling.config("two"), (checkpoint, precision) -> second);

        assertThat(sampling.images(request.getRequestId())).hasSize(COUNT);
        assertThat(second.images()).isEqualTo((long) COUNT * ROWS);
        assertThat(going.isAlive()).isTrue();
        assertThat(sampling.artifacts.get(nonsense)).as("not ours to delete").hasSize(4);
    }

    @Test
    void a_saved_request_that_is_cancelled_before_it_goes_on_leaves_nothing_behind()
            throws Exception {
        SampleRequest request = request().setCount(COUNT).build();
        stopInTheMiddle(request);
        sampling.write(
                CANCELLATIONS,
                request.getRequestId(),
                new Cancellation(request.getRequestId(), "enough", Instant.now()));

        sampling.start(sampling.config("two"), (checkpoint, precision) -> second);

        assertThat(sampling.outcome(request.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.CANCELLED);
        assertNothingIsKept(request);
    }

    private void stopInTheMiddle(SampleRequest request) throws Exception {
        RunningService stopping = startHeld(Duration.ZERO);
        sampling.ask(request);
        long sharing = Math.min(4, request.getCount());
        network.allow(15);
        await().until(() -> network.images() == 15 * sharing && network.isCalled());
        CompletableFuture<Void> closed = CompletableFuture.runAsync(stopping::close);
        await().until(stopping::isClosing);
        network.allow(1); // the call that was under way
        closed.get();
    }

    private RunningService startHeld(Duration grace) throws InterruptedException {
        SamplingConfig config =
                sampling.config("one", Duration.ZERO, grace, SamplingFixture.PLENTY);
        return sampling.start(config, (checkpoint, precision) -> network);
    }

    private List<GeneratedImage> undisturbed(SampleRequest request) throws InterruptedException {
        SampleRequest again =
                SampleRequest.newBuilder(request).setRequestId(request().getRequestId()).build();
        sampling.ask(again);
        return sampling.images(again.getRequestId());
    }

    private SavedRequest saved(SampleRequest request) throws InterruptedException {
        try (var reader = new TopicReader(sampling.kafka, sampling.kafka.name(SAMPLING_SAVED))) {
            var record = reader.untilCount(1).get(0);
            assertThat(record.key()).isEqualTo(request.getRequestId());
            return sampling.schemas.serde(SAMPLING_SAVED).decode(record.value());
        }
    }

    /** The request has ended: nobody needs its state any more. */
    private void assertNothingIsKept(SampleRequest request) throws InterruptedException {
        ArtifactId state = new ArtifactId(saved(request).getState());
        try (var reader = new TopicReader(sampling.kafka, sampling.kafka.name(SAMPLING_SAVED))) {
            var records = reader.untilCount(2);
            assertThat(records.get(1).key()).isEqualTo(request.getRequestId());
            assertThat(records.get(1).value()).isNull();
        }
        await().untilAsserted(
                        () ->
                                assertThatThrownBy(() -> sampling.artifacts.get(state))
                                        .isInstanceOf(ArtifactException.class));
    }
}
