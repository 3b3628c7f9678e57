package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.PLENTY;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.messaging.RecordWriter;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.Priority;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.score.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who has the four slots of which network call: calls are made one by one, as the test allows. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class SharingIT {
    private static final Checkpoint CHECKPOINT = checkpoint(1, 20);
    private static final int ROWS = 20 * 2 + 1;
    private static final int SLOTS = 4;

    @TempDir Path folder;
    private SamplingFixture sampling;
    private final FakeNetwork network = FakeNetwork.held(CHECKPOINT);

    @BeforeEach
    void start() throws InterruptedException {
        sampling = new SamplingFixture(KafkaEnvironment.fresh(), folder);
        sampling.publish("m", CHECKPOINT);
    }

    @AfterEach
    void stop() {
        network.allow(1 << 20);
        sampling.close();
    }

    private void serve() throws InterruptedException {
        sampling.start(sampling.config("one"), (checkpoint, precision) -> network);
    }

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
    void interactive_images_pass_a_batch_job_which_goes_on_afterwards() throws Exception {
        serve();
        SampleRequest batch = request().setCount(40).setPriority(Priority.BATCH).build();
        SampleRequest interactive = request().setCount(4).setPriority(Priority.INTERACTIVE).build();
        sampling.ask(batch);
        call();
        sampling.ask(interactive);
        await().until(
                        () -> {
                            network.allow(1);
                            return active() == 2;
                        });

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
    void images_above_the_inline_limit_go_to_the_store() throws Exception {
        network.allow(1 << 20);
        sampling.start(config(PLENTY, 10), (checkpoint, precision) -> network);
        SampleRequest request = request().build();
        sampling.ask(request);

        GeneratedImage image = sampling.images(request.getRequestId()).get(0);

        assertThat(image.getBytes()).isNull();
        assertThat(image.getArtifact()).isEqualTo(image.getSha256());
        byte[] file = sampling.artifacts.get(new ArtifactId(image.getArtifact()));
        assertThat(file).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void a_process_admits_no_more_while_what_it_has_is_too_large() throws Exception {
        sampling.start(config(1, 1 << 18), (checkpoint, precision) -> network);
        List<SampleRequest> requests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            requests.add(request().build());
            sampling.ask(requests.get(i));
        }
        for (int i = 0; i < ROWS - 1; i++) {
            call();
            await().until(network::isCalled);
            assertThat(active()).isLessThanOrEqualTo(1);
        }
        assertThat(network.images()).isEqualTo(ROWS - 1);

        network.allow(1 << 20);
        for (SampleRequest request : requests) {
            assertThat(sampling.outcome(request.getRequestId()).getStatus())
                    .isEqualTo(SampleStatus.COMPLETED);
        }
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
    void requests_that_come_while_the_network_runs_wait_and_are_not_refused() throws Exception {
        Sampler brief =
                Sampler.newBuilder()
                        .setKind(SamplerKind.CONSISTENT_ANNEALING)
                        .setNetworkEvaluations(2)
                        .build();
        List<SampleRequest> requests = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            requests.add(request().setSampler(brief).build());
        }
        try (var writer =
                RecordWriter.open(sampling.kafka, sampling.schemas, SAMPLING_REQUESTS, "test")) {
            for (SampleRequest request : requests) {
                writer.write(request.getRequestId(), request);
            }
        }
        FakeNetwork slow = FakeNetwork.taking(CHECKPOINT, Duration.ofMillis(20));
        sampling.start(
                config(SLOTS, 10_000, PLENTY, 1 << 18, PLENTY), (checkpoint, precision) -> slow);

        await().atMost(Duration.ofMinutes(5))
                .until(() -> ended("completed") + ended("failed") == requests.size());
        assertThat(ended("failed")).isZero();
    }

    @Test
    void no_call_is_larger_than_the_memory_for_activations() throws Exception {
        network.allow(1 << 20);
        long each = CHECKPOINT.architecture().workingBytes();
        sampling.start(
                config(0, 64, PLENTY, 1 << 18, 8 * each), (checkpoint, precision) -> network);
        SampleRequest request = request().setCount(20).build();
        sampling.ask(request);

        assertThat(sampling.outcome(request.getRequestId()).getImages()).isEqualTo(20);
        assertThat(network.largestCall()).isEqualTo(8);
    }

    private SamplingConfig config(long admittedBytes, int inlineLimit) {
        return config(SLOTS, 64, admittedBytes, inlineLimit, PLENTY);
    }

    private SamplingConfig config(
            int slots,
            int admittedImages,
            long admittedBytes,
            int inlineLimit,
            long activationBytes) {
        return new SamplingConfig(
                sampling.kafka,
                folder.toUri(),
                "one",
                slots,
                admittedImages,
                admittedBytes,
                10,
                inlineLimit,
                PLENTY,
                activationBytes,
                Duration.ZERO,
                Duration.ZERO);
    }

    private void call() {
        call(network);
    }

    /** Exactly one. */
    private static void call(FakeNetwork network) {
        long before = network.calls();
        network.allow(1);
        await().until(() -> network.calls() == before + 1);
    }

    private double active() {
        return sampling.metrics.get("langevin.sampling.requests.active").gauge().value();
    }

    private double ended(String status) {
        return sampling.metrics.counter("langevin.sampling.requests", "status", status).count();
    }
}
