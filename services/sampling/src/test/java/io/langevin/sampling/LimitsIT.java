package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;
import static io.langevin.sampling.SamplingFixture.PLENTY;
import static io.langevin.sampling.SamplingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.RecordWriter;
import io.langevin.records.GeneratedImage;
import io.langevin.records.Precision;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import io.langevin.records.Sampler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What bounds a service: memory, images admitted, the size of a call and of a record. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // only against a hang
class LimitsIT extends HeldNetworkService {
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
    void no_more_images_are_admitted_though_several_requests_wait_for_one_network()
            throws Exception {
        Sampler onDemand = Sampler.newBuilder().setPrecision(Precision.BFLOAT16).build();
        List<SampleRequest> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            requests.add(request().setSampler(onDemand).build());
            sampling.ask(requests.get(i));
        }
        network.allow(1 << 20);
        sampling.start(
                config(SLOTS, 1, PLENTY, 1 << 18, PLENTY), (checkpoint, precision) -> network);

        for (SampleRequest request : requests) {
            assertThat(sampling.outcome(request.getRequestId()).getStatus())
                    .isEqualTo(SampleStatus.COMPLETED);
        }
        assertThat(network.largestCall()).isEqualTo(1);
    }

    @Test
    void requests_that_come_while_the_network_runs_wait_and_are_not_refused() throws Exception {
        List<SampleRequest> requests = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            requests.add(request().setSampler(annealing(2)).build());
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
                "cpu",
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
}
