package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.records.Cancellation;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.score.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens before a request's first network call. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class PreparationIT {
    @TempDir Path folder;
    private SamplingFixture sampling;
    private final List<FakeNetwork> networks = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void prepare() throws InterruptedException {
        sampling = new SamplingFixture(KafkaEnvironment.fresh(), folder);
        sampling.publish("m", checkpoint(1, 3));
    }

    @AfterEach
    void stop() {
        sampling.close();
    }

    private void start(SamplingConfig config) throws InterruptedException {
        sampling.start(
                config,
                (checkpoint, precision) -> {
                    FakeNetwork network = FakeNetwork.free(checkpoint);
                    networks.add(network);
                    return network;
                });
    }

    private void startPatient() throws InterruptedException {
        start(sampling.config("one", Duration.ofHours(1), Duration.ZERO, SamplingFixture.PLENTY));
    }

    @Test
    void a_request_for_a_model_that_is_not_there_waits_for_it_and_holds_up_nobody()
            throws Exception {
        startPatient();
        SampleRequest early = request().setModel("later").build();
        SampleRequest other = request().build();
        sampling.ask(early);
        sampling.ask(other);
        assertThat(status(other)).isEqualTo(SampleStatus.COMPLETED);

        ArtifactId id = sampling.publish("later", checkpoint(2, 3));

        SampleOutcome outcome = sampling.outcome(early.getRequestId());
        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.COMPLETED);
        assertThat(outcome.getCheckpoint()).isEqualTo(id.hex());
    }

    @Test
    void so_many_wait_for_a_model_that_the_first_of_them_are_refused() throws Exception {
        startPatient();
        List<SampleRequest> early = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            early.add(request().setModel("never").build());
            sampling.ask(early.get(i));
        }
        assertThat(status(asked())).isEqualTo(SampleStatus.COMPLETED);

        await().until(() -> ended("failed") >= 100 - 64);
        assertThat(ended("failed")).isLessThanOrEqualTo(100 - 64 + 2);
    }

    private double ended(String status) {
        return sampling.metrics.counter("langevin.sampling.requests", "status", status).count();
    }

    @Test
    void who_waits_for_a_model_can_expire_and_be_cancelled() throws Exception {
        startPatient();
        SampleRequest late =
                request().setModel("never").setDeadline(Instant.now().plusSeconds(2)).build();
        SampleRequest unwanted = request().setModel("never").build();
        sampling.ask(late);
        sampling.ask(unwanted);
        sampling.write(
                CANCELLATIONS,
                unwanted.getRequestId(),
                new Cancellation(unwanted.getRequestId(), "enough", Instant.now()));

        assertThat(status(late)).isEqualTo(SampleStatus.EXPIRED);
        assertThat(status(unwanted)).isEqualTo(SampleStatus.CANCELLED);
    }

    @Test
    void networks_of_least_use_are_given_up_above_the_limit_and_loaded_again_when_asked_for()
            throws Exception {
        start(sampling.config("one", Duration.ZERO, Duration.ZERO, 1));
        ArtifactId first = sampling.artifacts.put(checkpoint(2, 3).bytes());
        ArtifactId second = sampling.artifacts.put(checkpoint(3, 3).bytes());
        for (ArtifactId pinned : List.of(first, second, first)) {
            SampleRequest request = request().setCheckpoint(pinned.hex()).build();
            sampling.ask(request);
            assertThat(status(request)).isEqualTo(SampleStatus.COMPLETED);
            await().until(() -> networks.get(networks.size() - 1).isClosed());
        }

        assertThat(networks).hasSize(4);
        assertThat(networks.get(0).isClosed()).as("of the model's current one").isFalse();
        assertThat(status(asked())).isEqualTo(SampleStatus.COMPLETED);
    }

    @Test
    void networks_below_the_limit_stay() throws Exception {
        start(sampling.config("one"));
        ArtifactId pinned = sampling.artifacts.put(checkpoint(2, 3).bytes());
        for (int i = 0; i < 3; i++) {
            SampleRequest request = request().setCheckpoint(pinned.hex()).build();
            sampling.ask(request);
            assertThat(status(request)).isEqualTo(SampleStatus.COMPLETED);
        }

        assertThat(networks).hasSize(2).noneMatch(FakeNetwork::isClosed);
    }

    /** A checkpoint that is swapped in leaves the requests alone that began before it. */
    @Test
    void requests_in_flight_finish_on_the_checkpoint_that_they_began_with() throws Exception {
        Checkpoint old = checkpoint(5, 3);
        ArtifactId oldId = sampling.publish("m", old);
        FakeNetwork held = FakeNetwork.held(old);
        sampling.start(
                sampling.config("one"),
                (checkpoint, precision) ->
                        Arrays.equals(checkpoint.weights(), old.weights())
                                ? held
                                : FakeNetwork.free(checkpoint));
        SampleRequest began = asked();
        await().until(held::isCalled);

        ArtifactId newId = sampling.publish("m", checkpoint(6, 3));
        await().until(
                        () ->
                                sampling.metrics
                                                .counter(
                                                        "langevin.checkpoint.loads",
                                                        "result",
                                                        "loaded")
                                                .count()
                                        == 3);
        held.allow(100);

        assertThat(sampling.outcome(began.getRequestId()).getCheckpoint()).isEqualTo(oldId.hex());
        assertThat(sampling.outcome(asked().getRequestId()).getCheckpoint()).isEqualTo(newId.hex());
    }

    /** Without any patience for models that are not there. */
    @Test
    void a_model_that_is_published_and_still_being_loaded_is_waited_for_beside_the_others()
            throws Exception {
        Checkpoint slow = checkpoint(9, 3);
        var loads = new CountDownLatch(1);
        sampling.publish("slow", slow);
        sampling.start(
                sampling.config("one"),
                (checkpoint, precision) -> {
                    if (Arrays.equals(checkpoint.weights(), slow.weights())) {
                        awaitUninterruptibly(loads);
                    }
                    return FakeNetwork.free(checkpoint);
                });
        SampleRequest early = request().setModel("slow").build();
        sampling.ask(early);
        assertThat(status(asked())).isEqualTo(SampleStatus.COMPLETED);
        sampling.publish("quick", checkpoint(10, 3));
        SampleRequest quick = request().setModel("quick").build();
        sampling.ask(quick);
        assertThat(status(quick)).isEqualTo(SampleStatus.COMPLETED);

        loads.countDown();

        assertThat(status(early)).isEqualTo(SampleStatus.COMPLETED);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a network throws ends the requests that were in its call, and nothing else. */
    @Test
    void a_network_that_throws_fails_its_requests_and_the_next_ones_are_served() throws Exception {
        Checkpoint broken = checkpoint(11, 3);
        sampling.publish("broken", broken);
        sampling.start(
                sampling.config("one"),
                (checkpoint, precision) ->
                        Arrays.equals(checkpoint.weights(), broken.weights())
                                ? FakeNetwork.throwing(checkpoint)
                                : FakeNetwork.free(checkpoint));
        SampleRequest unlucky = request().setModel("broken").build();
        sampling.ask(unlucky);

        SampleOutcome outcome = sampling.outcome(unlucky.getRequestId());

        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.FAILED);
        assertThat(outcome.getReason()).contains("out of order");
        assertThat(status(asked())).isEqualTo(SampleStatus.COMPLETED);
        assertThat(sampling.isAlive()).isTrue();
    }

    private SampleRequest asked() throws InterruptedException {
        SampleRequest request = request().build();
        sampling.ask(request);
        return request;
    }

    private SampleStatus status(SampleRequest request) throws InterruptedException {
        return sampling.outcome(request.getRequestId()).getStatus();
    }
}
