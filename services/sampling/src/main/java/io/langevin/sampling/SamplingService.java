package io.langevin.sampling;

import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Cancellations;
import io.langevin.messaging.DeadLetterWriter;
import io.langevin.messaging.Running;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.ServiceMain;
import io.langevin.score.TorchScoreNetwork;
import io.micrometer.core.instrument.MeterRegistry;

/** Draws images: sample requests in, images and outcomes out. */
public final class SamplingService {
    static final String NAME = "sampling";

    private SamplingService() {}

    public static void main(String[] args) {
        ServiceMain.run(NAME, SamplingConfig::from, SamplingService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static Running start(SamplingConfig config, MeterRegistry metrics)
            throws InterruptedException {
        return start(config, metrics, TorchScoreNetwork::new);
    }

    /** The same on networks of another make. */
    public static Running start(
            SamplingConfig config, MeterRegistry metrics, NetworkFactory factory)
            throws InterruptedException {
        var kafka = config.kafka();
        var schemas = new Schemas(kafka);
        var artifacts = ArtifactStore.open(config.artifacts());
        var deadLetters = DeadLetterWriter.open(kafka, NAME);
        var cancellations = Cancellations.following(kafka, schemas, deadLetters);
        var networks = new Networks(config, artifacts, factory);
        var checkpoints =
                PublishedCheckpoints.following(kafka, schemas, networks, deadLetters, metrics);
        var ended = EndedRequests.following(kafka, schemas, deadLetters);
        var saved = SavedRequests.following(kafka, schemas, artifacts, deadLetters);
        var previews = Previews.start(config, schemas, metrics);
        var preparation =
                new Preparation(config.modelWait(), checkpoints, artifacts, saved, previews);
        var samplingMetrics = new SamplingMetrics(metrics);
        var records = new SamplingRecords(config, schemas, artifacts);
        var encoder = new ImageEncoder(records);
        SamplingLoop.Sessions sessions =
                stream -> {
                    var answers = new Answers(stream, records, saved, samplingMetrics);
                    var admission =
                            new Admission(
                                    config,
                                    stream,
                                    preparation,
                                    cancellations,
                                    new RepeatedRequests(ended),
                                    answers);
                    var batches =
                            new NetworkBatches(
                                    config,
                                    samplingMetrics,
                                    previews,
                                    networks.device(),
                                    System::nanoTime);
                    return new SamplingSession(
                            stream,
                            admission,
                            answers,
                            batches,
                            networks,
                            checkpoints,
                            cancellations,
                            encoder,
                            samplingMetrics);
                };
        var loop = new SamplingLoop(config, schemas, ended, saved, sessions, metrics);
        return Running.loop(NAME, loop)
                .closing(
                        artifacts,
                        networks,
                        deadLetters,
                        cancellations,
                        checkpoints,
                        ended,
                        saved,
                        preparation,
                        encoder,
                        previews)
                .dependingOn(cancellations.ended())
                .dependingOn(ended.ended())
                .dependingOn(saved.ended())
                .dependingOn(checkpoints.ended());
    }
}
