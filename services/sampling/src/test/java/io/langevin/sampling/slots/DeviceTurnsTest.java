package io.langevin.sampling.slots;

import static io.langevin.sampling.SamplingFixture.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.stream.Claim;
import io.langevin.records.Priority;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.SamplingFixture;
import io.langevin.sampling.SamplingMetrics;
import io.langevin.sampling.answers.Previews;
import io.langevin.sampling.networks.Device;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.RequestWork;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.trajectory.ScoreNetwork;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** How models share a device, on a clock of the test's own. */
class DeviceTurnsTest {
    private static final int SLOTS = 16;
    private static final Checkpoint CHECKPOINT = checkpoint(1, 2_000);

    private final SamplingConfig config =
            SamplingConfig.of(
                    KafkaConfig.of("unused:1", "mock://x"), URI.create("file:/x"), "cpu", "i");
    private final List<Long> calls = new ArrayList<>(List.of(0L, 0L));
    private long clock;

    /** The network numbered {@code n}: counts its calls and takes its time. */
    private ServingNetwork network(int n, IntToLongFunction nanos) {
        ScoreNetwork network =
                new ScoreNetwork() {
                    @Override
                    public int dimension() {
                        return CHECKPOINT.architecture().dimension();
                    }

                    @Override
                    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
                        calls.set(n, calls.get(n) + 1);
                        clock += nanos.applyAsLong(count);
                    }
                };
        var key = new ServingNetwork.Key(ArtifactId.of(new byte[] {(byte) n}), Precision.FLOAT32);
        return new ServingNetwork(key, CHECKPOINT, network, "cpu", SLOTS);
    }

    private static ActiveRequest request(ServingNetwork network, int count, Priority priority) {
        return request(
                network, SamplingFixture.request().setCount(count).setPriority(priority).build());
    }

    private static ActiveRequest request(ServingNetwork network, int count, Sampler sampler) {
        return request(
                network, SamplingFixture.request().setCount(count).setSampler(sampler).build());
    }

    private static ActiveRequest request(ServingNetwork network, SampleRequest request) {
        var source = new ConsumerRecord<>("t", 0, 0, request.getRequestId(), new byte[0]);
        var asked =
                new SamplingRequest(new Claim<>(request, source, null, java.time.Instant.EPOCH, 0));
        return new ActiveRequest(asked, network, RequestWork.of(asked, network.checkpoint(), null));
    }

    private DeviceTurns batches() {
        return new DeviceTurns(
                config,
                new SamplingMetrics(new SimpleMeterRegistry()),
                null,
                new Device(),
                () -> clock);
    }

    private void turns(int count, ActiveRequest... requests) {
        var batches = batches();
        for (int i = 0; i < count; i++) {
            batches.share(List.of(requests));
            batches.step(patience -> {}, (image, pixels) -> {});
        }
    }

    @Test
    void device_time_goes_by_the_images_in_each_batch() {
        ServingNetwork a = network(0, n -> 10_000_000);
        ServingNetwork b = network(1, n -> 10_000_000);

        turns(
                1_000,
                request(a, SLOTS, Priority.STANDARD),
                request(b, SLOTS / 4, Priority.STANDARD));

        assertThat(calls.get(1)).isCloseTo(200, within(1L));
    }

    @Test
    void a_slow_network_has_as_much_time_as_a_quick_one_and_not_as_many_calls() {
        ServingNetwork quick = network(0, n -> 1_000_000);
        ServingNetwork slow = network(1, n -> 9_000_000);

        turns(
                1_000,
                request(quick, SLOTS, Priority.STANDARD),
                request(slow, SLOTS, Priority.STANDARD));

        assertThat(calls.get(1)).isCloseTo(100, within(1L));
    }

    @Test
    void a_lone_interactive_image_is_not_kept_waiting_by_another_models_batch_job() {
        ServingNetwork batch = network(0, n -> 10_000_000);
        ServingNetwork alone = network(1, n -> 10_000_000);

        turns(
                1_000,
                request(batch, SLOTS, Priority.BATCH),
                request(alone, 1, Priority.INTERACTIVE));

        assertThat(calls.get(1)).isCloseTo(500, within(1L));
    }

    @Test
    void a_lone_batch_image_does_not_starve() {
        ServingNetwork busy = network(0, n -> 10_000_000);
        ServingNetwork alone = network(1, n -> 10_000_000);

        turns(3_300, request(busy, SLOTS, Priority.INTERACTIVE), request(alone, 1, Priority.BATCH));

        // 2 of 16 · 16 + 2
        assertThat(calls.get(1)).isCloseTo(3_300 * 2 / 258, within(1L));
    }

    /** Newcomers are smaller, but the large request's turn comes. */
    @Test
    void a_large_request_is_done_though_small_ones_never_cease_to_come() {
        ServingNetwork network = network(0, n -> 1_000_000);
        var batches = batches();
        Sampler brief =
                Sampler.newBuilder()
                        .setKind(SamplerKind.CONSISTENT_ANNEALING)
                        .setNetworkEvaluations(2)
                        .build();
        ActiveRequest large = request(network, 4 * SLOTS, brief);
        List<ActiveRequest> active = new ArrayList<>(List.of(large));
        for (int call = 0; call < 100 && large.unfinished() > 0; call++) {
            if (call % 2 == 0) { // each takes the device for two calls
                active.add(request(network, SLOTS, brief));
            }
            batches.share(active);
            batches.step(
                    patience -> {},
                    (image, pixels) -> image.request().finished(new CompletableFuture<>()));
            active.removeIf(request -> request.unfinished() == 0);
        }

        assertThat(large.unfinished()).isZero();
    }

    /** A broker that is away holds up neither the sampler nor its memory. */
    @Test
    void previews_that_nobody_takes_are_dropped() throws Exception {
        var metrics = new SimpleMeterRegistry();
        KafkaConfig nobody = KafkaConfig.of("127.0.0.1:1", "mock://" + UUID.randomUUID());
        var schemas = new Schemas(nobody);
        schemas.registerAll();
        var away = SamplingConfig.of(nobody, URI.create("file:/x"), "cpu", "i");
        ActiveRequest request = request(network(0, n -> 1), 1, Priority.STANDARD);
        float[] pixels = new float[CHECKPOINT.architecture().dimension()];
        try (var previews = Previews.start(away, schemas, metrics)) {
            for (int i = 0; i < 2_000; i++) {
                previews.offer(request, 0, 1, pixels);
            }

            double dropped =
                    metrics.counter("langevin.sampling.previews", "result", "dropped").count();
            assertThat(dropped).isGreaterThan(2_000 - 256 - 100);
        }
    }
}
