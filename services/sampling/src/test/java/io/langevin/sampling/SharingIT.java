package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.messaging.RecordWriter;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.Priority;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.score.Checkpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who has the four slots of which network call. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class SharingIT extends HeldNetworkService {
    /** One that is under way would bring the next record, whoever polls when. */
    private static final Duration NO_FETCH_WAITS_SO_LONG = Duration.ofSeconds(1);

    @Test
    void a_new_request_joins_a_call_while_another_is_under_way() throws Exception {
        serve();
        sampling.ask(request().setCount(2).build());
        call();
        assertThat(network.images()).isEqualTo(2);
        sampling.ask(request().setCount(2).build());

        long before = network.images();
        int calls = 1;
        while (network.images() - before < SLOTS) {
            before = network.images();
            call();
            calls++;
            assertThat(calls).as("calls until both share one").isLessThan(ROWS);
        }
    }

    @Test
    void a_request_that_comes_during_a_call_begins_with_the_next() throws Exception {
        FakeNetwork slow = FakeNetwork.taking(CHECKPOINT, Duration.ofSeconds(6));
        serve(slow);
        try (var writer =
                RecordWriter.open(sampling.kafka, sampling.schemas, SAMPLING_REQUESTS, "test")) {
            SampleRequest first = request().build();
            SampleRequest second = request().build();
            writer.write(first.getRequestId(), first);
            // the first call tells how long calls are
            await().atMost(Duration.ofMinutes(1)).until(() -> slow.calls() == 2);
            long begin = System.nanoTime();
            await().until(() -> System.nanoTime() - begin > NO_FETCH_WAITS_SO_LONG.toNanos());
            writer.write(second.getRequestId(), second);
        }
        await().atMost(Duration.ofMinutes(1)).until(() -> slow.calls() == 3);
        assertThat(slow.images()).as("images of three calls").isEqualTo(1 + 1 + 2);
    }

    @Test
    void a_request_that_is_done_is_answered_during_the_next_call() throws Exception {
        FakeNetwork slow = FakeNetwork.taking(CHECKPOINT, Duration.ofSeconds(3));
        serve(slow);
        sampling.ask(request().setSampler(annealing(2)).build());
        await().until(() -> slow.calls() == 1);
        sampling.ask(request().setSampler(annealing(4)).build());

        await().atMost(Duration.ofMinutes(1)).until(() -> ended("completed") == 1);
        assertThat(slow.calls()).as("calls that have begun").isEqualTo(2 + 1);
    }

    @Test
    void tenants_have_equal_parts_however_many_requests_one_has() throws Exception {
        assertEndsBeforeMostOf(
                request().setLabels(Map.of("tenant", "a")).setCount(SLOTS),
                request().setLabels(Map.of("tenant", "b")).setCount(SLOTS));
    }

    @Test
    void a_batch_job_keeps_its_share_beside_interactive_requests() throws Exception {
        assertEndsBeforeMostOf(
                request().setPriority(Priority.INTERACTIVE).setCount(SLOTS),
                request().setPriority(Priority.BATCH));
    }

    /** The last one comes when ten of the first kind are being worked on. */
    private void assertEndsBeforeMostOf(SampleRequest.Builder first, SampleRequest.Builder last)
            throws Exception {
        serve();
        List<String> before = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            before.add(UUID.randomUUID().toString());
            sampling.ask(first.setRequestId(before.get(i)).build());
        }
        callUntilActive(10);
        sampling.ask(last.build());
        callUntilActive(11);
        network.allow(1 << 20);

        Instant end = sampling.outcome(last.getRequestId()).getEndedAt();
        int later = 0;
        for (String requestId : before) {
            later += sampling.outcome(requestId).getEndedAt().isAfter(end) ? 1 : 0;
        }
        assertThat(later).as("requests that end later").isGreaterThan(5);
    }

    private void callUntilActive(int requests) {
        await().until(
                        () -> {
                            if (network.isCalled()) { // not one in advance
                                network.allow(1);
                            }
                            return active() == requests;
                        });
    }

    @Test
    void interactive_images_pass_a_batch_job_which_goes_on_afterwards() throws Exception {
        serve();
        SampleRequest batch = request().setCount(40).setPriority(Priority.BATCH).build();
        SampleRequest interactive = request().setCount(4).setPriority(Priority.INTERACTIVE).build();
        sampling.ask(batch);
        call();
        sampling.ask(interactive);
        callUntilActive(2);

        network.allow(2 * ROWS); // of more than 10 times as many that the batch job needs
        await().until(
                        () -> {
                            network.allow(1); // a file that is made meanwhile is seen after a call
                            return ended("completed") == 1;
                        });
        SampleOutcome first = sampling.outcome(interactive.getRequestId());

        assertThat(first.getStatus()).isEqualTo(SampleStatus.COMPLETED);
        await().until(network::isCalled);
        assertThat(sampling.imagesSoFar(batch.getRequestId())).isEmpty();
        network.allow(40 * ROWS);
        assertThat(sampling.outcome(batch.getRequestId()).getStatus())
                .isEqualTo(SampleStatus.COMPLETED);
    }

    @Test
    void a_cancelled_request_keeps_the_images_that_are_finished_and_says_how_many()
            throws Exception {
        serve();
        SampleRequest request = request().setCount(2 * SLOTS).build();
        sampling.ask(request);
        network.allow(ROWS);
        await().until(() -> network.calls() == ROWS && network.isCalled());

        sampling.write(
                CANCELLATIONS,
                request.getRequestId(),
                new Cancellation(request.getRequestId(), "enough", Instant.now()));
        await().until(
                        () -> {
                            network.allow(1);
                            return ended("cancelled") == 1;
                        });

        SampleOutcome outcome = sampling.outcome(request.getRequestId());
        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.CANCELLED);
        assertThat(outcome.getReason()).isEqualTo("enough");
        assertThat(outcome.getImages()).isEqualTo(SLOTS);
        assertThat(sampling.images(request.getRequestId()))
                .extracting(GeneratedImage::getIndex)
                .containsExactly(0, 1, 2, 3);
        assertThat(network.calls()).as("calls in all").isLessThan(2L * ROWS);
    }

    @Test
    void networks_take_turns_while_both_have_work() throws Exception {
        Checkpoint second = checkpoint(2, 20);
        FakeNetwork other = FakeNetwork.held(second);
        sampling.publish("n", second);
        sampling.ask(request().setCount(10 * SLOTS).build());
        sampling.ask(request().setModel("n").setCount(10 * SLOTS).build());
        sampling.start(
                sampling.config("one"),
                (checkpoint, precision) ->
                        Arrays.equals(checkpoint.bytes(), second.bytes()) ? other : network);
        try {
            while (Math.min(network.calls(), other.calls()) < ROWS) {
                await().pollInterval(Duration.ofMillis(1))
                        .until(() -> network.isCalled() || other.isCalled());
                call(network.isCalled() ? network : other);
                assertThat(Math.max(network.calls(), other.calls()))
                        .as("calls of one while the other waits")
                        .isLessThan(10 * ROWS - 1);
            }
        } finally {
            other.allow(1 << 20);
        }
    }

    @Test
    void a_network_with_interactive_work_has_more_turns() throws Exception {
        Checkpoint second = checkpoint(2, 20);
        sampling.publish("n", second);
        FakeNetwork batch = FakeNetwork.taking(CHECKPOINT, Duration.ofMillis(5));
        FakeNetwork interactive = FakeNetwork.taking(second, Duration.ofMillis(5));
        sampling.start(
                sampling.config("one"),
                (checkpoint, precision) ->
                        Arrays.equals(checkpoint.bytes(), second.bytes()) ? interactive : batch);
        sampling.ask(request().setPriority(Priority.BATCH).setCount(10 * SLOTS).build());
        sampling.ask(
                request()
                        .setModel("n")
                        .setPriority(Priority.INTERACTIVE)
                        .setCount(10 * SLOTS)
                        .build());
        await().until(() -> batch.calls() > 0 && interactive.calls() > 0);
        long batchBefore = batch.calls();
        long interactiveBefore = interactive.calls();

        await().until(() -> interactive.calls() - interactiveBefore > 2 * ROWS);
        assertThat(batch.calls() - batchBefore)
                .as("calls of the batch job's network")
                .isLessThan((interactive.calls() - interactiveBefore) / 4);
    }
}
