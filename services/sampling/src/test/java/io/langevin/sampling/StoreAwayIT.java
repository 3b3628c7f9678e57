package io.langevin.sampling;

import static io.langevin.messaging.Topics.CANCELLATIONS;
import static io.langevin.sampling.SamplingFixture.checkpoint;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaEnvironment;
import io.langevin.records.Cancellation;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A store of artifacts that is away is waited for by what needs it, and by nothing else. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class StoreAwayIT {
    @TempDir Path folder;
    private Path store;
    private SamplingFixture sampling;
    private volatile FakeNetwork network;

    @BeforeEach
    void prepare() throws InterruptedException {
        store = folder.resolve("store");
        sampling = new SamplingFixture(KafkaEnvironment.fresh(), store);
        sampling.publish("m", checkpoint(1, 3));
    }

    @AfterEach
    void stop() {
        sampling.close();
    }

    @Test
    void a_given_image_is_waited_for_beside_the_others() throws Exception {
        start(sampling.config("one", Duration.ofHours(1), Duration.ZERO, SamplingFixture.PLENTY));
        ArtifactId image = sampling.artifacts.put(TestImages.png(8));
        assertThat(outcome(asked(request())).getStatus()).isEqualTo(SampleStatus.COMPLETED);

        goAway();
        SampleRequest waiting = asked(request().setTask(denoising(image)));
        assertThat(outcome(asked(request())).getStatus()).isEqualTo(SampleStatus.COMPLETED);
        comeBack();

        assertThat(outcome(waiting).getStatus()).isEqualTo(SampleStatus.COMPLETED);
    }

    @Test
    void a_given_image_is_not_waited_for_without_end() throws Exception {
        start(sampling.config("one"));
        ArtifactId image = sampling.artifacts.put(TestImages.png(8));
        assertThat(outcome(asked(request())).getStatus()).isEqualTo(SampleStatus.COMPLETED);

        goAway();
        SampleOutcome outcome = outcome(asked(request().setTask(denoising(image))));

        assertThat(outcome.getStatus()).isEqualTo(SampleStatus.FAILED);
        assertThat(outcome.getReason()).startsWith("artifacts: out of reach for 0 s: artifacts: ");
    }

    /** Nothing is computed twice, and nothing more is computed that would only wait too. */
    @Test
    void images_that_cannot_be_stored_are_stored_later_and_computed_once() throws Exception {
        start(sampling.storingImages("one"));
        assertThat(outcome(asked(request())).getStatus()).isEqualTo(SampleStatus.COMPLETED);
        long ofOne = network.images();

        goAway();
        SampleRequest waiting = asked(request().setCount(6)); // of which 4 have slots at a time
        SampleRequest unwanted = asked(request());
        await().until(() -> network.images() >= 5 * ofOne);
        cancel(unwanted);
        SampleOutcome cancelled = outcome(unwanted);
        assertThat(cancelled.getStatus()).isEqualTo(SampleStatus.CANCELLED);
        assertThat(cancelled.getImages()).isZero();
        comeBack();

        assertThat(outcome(waiting).getStatus()).isEqualTo(SampleStatus.COMPLETED);
        assertThat(sampling.images(waiting.getRequestId()))
                .extracting(GeneratedImage::getArtifact)
                .hasSize(6)
                .allMatch(id -> sampling.artifacts.get(new ArtifactId(id)).length > 0);
        assertThat(network.images()).isBetween(7 * ofOne, 8 * ofOne);
    }

    private void start(SamplingConfig config) throws InterruptedException {
        sampling.start(
                config,
                (checkpoint, precision) -> {
                    network = FakeNetwork.free(checkpoint);
                    return network;
                });
    }

    private static Task denoising(ArtifactId image) {
        return Task.newBuilder()
                .setKind(TaskKind.DENOISE)
                .setImageArtifact(image.hex())
                .setSigma(0.1)
                .build();
    }

    /** Something else is in the place of its folder. */
    private void goAway() throws IOException {
        Files.move(store, folder.resolve("aside"));
        Files.writeString(store, "not a folder");
    }

    private void comeBack() throws IOException {
        Files.delete(store);
        Files.move(folder.resolve("aside"), store);
    }

    private SampleRequest asked(SampleRequest.Builder request) throws InterruptedException {
        SampleRequest asked = request.build();
        sampling.ask(asked);
        return asked;
    }

    private void cancel(SampleRequest request) throws InterruptedException {
        String id = request.getRequestId();
        sampling.write(CANCELLATIONS, id, new Cancellation(id, "enough", Instant.now()));
    }

    private SampleOutcome outcome(SampleRequest request) throws InterruptedException {
        return sampling.outcome(request.getRequestId());
    }
}
