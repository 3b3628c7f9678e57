package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static io.langevin.sampling.TestImages.computed;
import static io.langevin.sampling.TestImages.floats;
import static io.langevin.sampling.TestImages.png;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.TopicReader;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.Priority;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SamplePreview;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import io.langevin.trajectory.ImageSeeds;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class SamplingServiceIT extends OneModelService {
    @Test
    void images_are_those_that_checkpoint_plan_and_seed_decide() throws Exception {
        SampleRequest request =
                request().setCount(6).setSeed(7L).setImageFormat(ImageFormat.FLOAT32).build();
        sampling.ask(request);

        List<GeneratedImage> images = sampling.images(request.getRequestId());

        assertThat(images).extracting(GeneratedImage::getIndex).containsExactly(0, 1, 2, 3, 4, 5);
        for (GeneratedImage image : images) {
            assertThat(image.getSeed()).isEqualTo(ImageSeeds.ofImage(7, image.getIndex()));
            assertThat(floats(image)).isEqualTo(computed(CHECKPOINT, image.getSeed()));
            assertThat(image.getNetworkEvaluations()).isEqualTo(7);
        }
        SampleOutcome outcome = sampling.outcome(request.getRequestId());
        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.COMPLETED);
        assertThat(outcome.getNetworkEvaluations()).isEqualTo(6 * 7);
    }

    @Test
    void the_same_seed_gives_the_same_bytes_whatever_else_is_asked_for() throws Exception {
        SampleRequest alone = request().setCount(3).setSeed(5L).build();
        sampling.ask(alone);
        List<GeneratedImage> first = sampling.images(alone.getRequestId());
        SampleRequest crowded = request().setCount(3).setSeed(5L).build();
        sampling.ask(request().setCount(7).build());
        sampling.ask(crowded);
        sampling.ask(request().setCount(2).setSampler(steps(3)).build());

        assertThat(sampling.images(crowded.getRequestId()))
                .extracting(GeneratedImage::getBytes)
                .isEqualTo(first.stream().map(GeneratedImage::getBytes).toList());
        assertThat(first.get(0).getSha256())
                .isEqualTo(ArtifactId.of(first.get(0).getBytes().array()).hex());
    }

    @Test
    void a_new_checkpoint_is_taken_without_a_restart_and_a_broken_one_is_not() throws Exception {
        ArtifactId second = sampling.publish("m", checkpoint(2, 3));
        assertThat(checkpointOfNext(second)).isEqualTo(second.hex());

        sampling.announce("m", sampling.artifacts.put(new byte[] {1, 2, 3}));
        sampling.announce("m", ArtifactId.of(new byte[] {9})); // nowhere in the store
        ArtifactId other = sampling.publish("other", checkpoint(3, 3));
        SampleRequest afterwards = request().setModel("other").build();
        sampling.ask(afterwards);
        while (sampling.outcome(afterwards.getRequestId()).getStatus() == SampleStatus.FAILED) {
            afterwards = request().setModel("other").build();
            sampling.ask(afterwards);
        }
        assertThat(sampling.outcome(afterwards.getRequestId()).getCheckpoint())
                .isEqualTo(other.hex());
        SampleRequest old = request().build();
        sampling.ask(old);
        assertThat(sampling.outcome(old.getRequestId()).getCheckpoint()).isEqualTo(second.hex());
    }

    @Test
    void a_pinned_checkpoint_is_used_though_another_is_newer() throws Exception {
        ArtifactId pinned = sampling.artifacts.put(checkpoint(9, 3).bytes());
        SampleRequest request = request().setCheckpoint(pinned.hex()).build();
        sampling.ask(request);

        assertThat(sampling.outcome(request.getRequestId()).getCheckpoint())
                .isEqualTo(pinned.hex());
    }

    @Test
    void cancelled_and_expired_requests_end_so() throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 9_000).bytes());
        SampleRequest endless =
                request().setCheckpoint(slow.hex()).setCount(4).setSampler(steps(20)).build();
        Instant past = Instant.now().minus(Duration.ofMinutes(1));
        SampleRequest late = request().setDeadline(past).build();
        sampling.ask(late);
        sampling.ask(endless);
        sampling.write(
                CANCELLATIONS,
                endless.getRequestId(),
                new Cancellation(endless.getRequestId(), "enough", Instant.now()));

        SampleOutcome expired = sampling.outcome(late.getRequestId());
        assertThat(expired.getStatus()).isEqualTo(SampleStatus.EXPIRED);
        assertThat(expired.getReason()).startsWith("deadline: ").endsWith("has passed");
        SampleOutcome cancelled = sampling.outcome(endless.getRequestId());
        assertThat(cancelled.getStatus()).isEqualTo(SampleStatus.CANCELLED);
        assertThat(cancelled.getReason()).isEqualTo("enough");
    }

    @Test
    void the_service_counts_what_it_does() throws Exception {
        SampleRequest request = request().setCount(3).build();
        sampling.ask(request);
        assertThat(sampling.images(request.getRequestId())).hasSize(3);

        var metrics = sampling.metrics;
        assertThat(
                        metrics.get("langevin.sampling.requests")
                                .tag("status", "completed")
                                .counter()
                                .count())
                .isEqualTo(1);
        assertThat(metrics.get("langevin.sampling.images").counter().count()).isEqualTo(3);
        assertThat(metrics.get("langevin.sampling.network.calls").counter().count()).isEqualTo(7);
        assertThat(metrics.get("langevin.sampling.slots.used").counter().count()).isEqualTo(21);
        assertThat(metrics.get("langevin.sampling.fill").summary().mean()).isEqualTo(0.75);
        assertThat(metrics.get("langevin.sampling.queue").timer().count()).isEqualTo(1);
        assertThat(metrics.get("langevin.sampling.compute").timer().count()).isEqualTo(1);
        assertThat(metrics.get("langevin.sampling.total").timer().count()).isEqualTo(1);
        await().until(() -> metrics.get("langevin.transactions").timer().count() > 0);
        assertThat(metrics.get("langevin.sampling.lag").gauge().value()).isZero();
    }

    @Test
    void a_large_request_does_not_block_a_small_one_and_goes_on_afterwards() throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 300).bytes());
        SampleRequest large =
                request()
                        .setCheckpoint(slow.hex())
                        .setCount(12)
                        .setPriority(Priority.BATCH)
                        .build();
        SampleRequest small =
                request().setCheckpoint(slow.hex()).setPriority(Priority.INTERACTIVE).build();
        sampling.ask(large);
        sampling.ask(small);

        SampleOutcome first = sampling.outcome(small.getRequestId());
        SampleOutcome last = sampling.outcome(large.getRequestId());

        assertThat(first.getEndedAt()).isBefore(last.getEndedAt());
        assertThat(last.getImages()).isEqualTo(12);
        assertThat(last.getNetworkEvaluations()).isEqualTo(12 * 601);
    }

    @Test
    void previews_are_the_estimates_after_every_so_many_rows() throws Exception {
        SampleRequest request = request().setCount(2).setPreviewEvery(3).build();
        sampling.ask(request);

        var serde = sampling.schemas.serde(SAMPLING_PREVIEWS);
        try (var reader = new TopicReader(sampling.kafka, sampling.kafka.name(SAMPLING_PREVIEWS))) {
            var previews = reader.untilCount(4).stream().map(r -> serde.decode(r.value())).toList();
            assertThat(previews)
                    .extracting(SamplePreview::getIndex, SamplePreview::getRow)
                    .containsExactlyInAnyOrder(tuple(0, 3), tuple(1, 3), tuple(0, 6), tuple(1, 6));
            assertThat(previews).allMatch(preview -> preview.getRows() == 7);
            byte[] png = previews.get(0).getBytes().array();
            assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(8);
        }
    }

    @Test
    void a_deadline_that_cannot_be_met_ends_the_request_at_once() throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 9_000).bytes());
        SampleRequest first = request().setCheckpoint(slow.hex()).build();
        sampling.ask(first);
        SampleRequest hopeless =
                request()
                        .setCheckpoint(slow.hex())
                        .setCount(10_000)
                        .setDeadline(Instant.now().plus(Duration.ofMinutes(20)))
                        .build();
        sampling.ask(hopeless);

        SampleOutcome outcome = sampling.outcome(hopeless.getRequestId());
        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.EXPIRED);
        assertThat(outcome.getReason())
                .startsWith("deadline: ")
                .contains("cannot be met, the images need at least");
        assertThat(outcome.getEndedAt()).isBefore(hopeless.getDeadline());
    }

    @Test
    void a_request_sent_again_is_answered_with_the_first_outcome_and_no_more_images()
            throws Exception {
        ArtifactId slow = sampling.artifacts.put(checkpoint(1, 100).bytes());
        SampleRequest request = request().setCheckpoint(slow.hex()).setCount(3).build();
        String id = request.getRequestId();
        sampling.ask(request);
        sampling.ask(request); // while the first is under way: its answer will do
        sampling.outcome(id);
        sampling.stopService();
        sampling.startService();
        sampling.ask(request); // when it has ended, also for a process that starts now

        List<SampleOutcome> outcomes = sampling.outcomes(id, 2);
        assertThat(outcomes).hasSize(2).allMatch(outcomes.get(0)::equals);
        assertThat(sampling.imagesSoFar(id)).hasSize(3);
    }

    /** Asks until the service has seen the announcement; how soon that is, nobody promises. */
    private String checkpointOfNext(ArtifactId wanted) throws InterruptedException {
        while (true) {
            SampleRequest request = request().build();
            sampling.ask(request);
            String used = sampling.outcome(request.getRequestId()).getCheckpoint();
            if (used.equals(wanted.hex())) {
                return used;
            }
        }
    }

    private static Sampler steps(int steps) {
        return Sampler.newBuilder().setStepsPerLevel(steps).build();
    }
}
