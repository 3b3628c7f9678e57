package io.langevin.benchmarks;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.client.PlatformClient;
import io.langevin.local.LocalConfig;
import io.langevin.local.LocalPlatform;
import io.langevin.messaging.RecordWriter;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.From;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.SamplingPlan;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.score.Checkpoint;
import io.langevin.score.TorchScoreNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What Kafka costs: images a second as events against the bare loop. */
@Command(
        name = "events",
        description =
                "Images a second of the bundled model through Kafka, saturated, as a share of the"
                        + " bare loop's.")
final class EventsBench implements Callable<Integer> {
    @Option(
            names = "--images",
            defaultValue = "512",
            description = "Images a round (default: 512).")
    int images;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds; the median counts.")
    int rounds;

    @Override
    public Integer call() throws Exception {
        Path home = LocalConfig.homeOfProcess();
        Path data = Files.createTempDirectory("langevin-bench");
        var config = new LocalConfig(data, home, 0, 0, 0);
        Checkpoint checkpoint =
                Checkpoint.parse(
                        Files.readAllBytes(config.bundledModels().resolve("fashion.safetensors")));
        try (LocalPlatform local = LocalPlatform.start(config);
                PlatformClient platform = PlatformClient.at(local.kafka());
                var writer =
                        RecordWriter.open(
                                local.kafka(),
                                new Schemas(local.kafka()),
                                SAMPLING_REQUESTS,
                                "bench")) {
            BlockingQueue<String> ended = new LinkedBlockingQueue<>();
            platform.follow(
                    SAMPLING_OUTCOMES,
                    new From.Now(),
                    (outcome, source) -> ended.add(source.key()));
            bare(checkpoint);
            events(writer, ended);
            var pair = Timing.inTurn(() -> bare(checkpoint), () -> events(writer, ended), rounds);
            System.out.printf(
                    """
                    bare loop    %.1f images/s
                    events       %.1f images/s
                    share        %.1f %%
                    """,
                    images / pair.a(), images / pair.b(), 100 * pair.ratio());
        }
        return 0;
    }

    private void bare(Checkpoint checkpoint) {
        SamplingPlan plan =
                AnnealedLangevin.plan(checkpoint.schedule(), 1, checkpoint.epsilon(), true);
        try (var network = new TorchScoreNetwork(checkpoint)) {
            BareLoop.run(network, plan, BareLoop.SLOTS, images);
        }
    }

    private void events(RecordWriter<SampleRequest> writer, BlockingQueue<String> ended)
            throws InterruptedException {
        int requests = images / BenchPlatform.PER_REQUEST;
        for (int i = 0; i < requests; i++) {
            String id = UUID.randomUUID().toString();
            writer.write(
                    id,
                    SampleRequest.newBuilder()
                            .setRequestId(id)
                            .setModel("fashion")
                            .setCount(BenchPlatform.PER_REQUEST)
                            .setSampler(Sampler.newBuilder().setStepsPerLevel(1).build())
                            .build());
        }
        for (int i = 0; i < requests; i++) {
            ended.take();
        }
    }
}
