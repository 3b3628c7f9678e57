package io.langevin.publishing;

import static io.langevin.messaging.Topics.JUDGING_JOBS;
import static io.langevin.messaging.Topics.JUDGING_RESULTS;
import static io.langevin.messaging.Topics.MODEL_CHANGES;
import static io.langevin.messaging.Topics.MODEL_CHANGE_RESULTS;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.PUBLISHING_IMPORTS;
import static io.langevin.messaging.Topics.PUBLISHING_JOBS;
import static io.langevin.messaging.Topics.PUBLISHING_RESULTS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.Broker;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topic;
import io.langevin.messaging.queue.JobHandler;
import io.langevin.messaging.queue.JobWorker;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceLoop;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.langevin.process.SideBySide;
import io.langevin.publishing.judging.CandidateJudge;
import io.langevin.publishing.judging.JudgingHandler;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;
import io.langevin.score.torch.DeviceMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Judges and publishes checkpoints: candidates in, published checkpoints out. */
public final class PublishingService {
    private PublishingService() {}

    public static void main(String[] args) {
        ServiceMain.run(PublishingConfig.NAME, PublishingConfig::from, PublishingService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static RunningService start(PublishingConfig config, MeterRegistry metrics)
            throws InterruptedException {
        ComputeDevice device = DeviceChoice.of(DeviceChoice.SETTING, config.device());
        DeviceMetrics.bind(device, metrics);
        return RunningService.start(
                PublishingConfig.NAME, parts -> assembled(config, device, metrics, parts));
    }

    private static ServiceLoop assembled(
            PublishingConfig config,
            ComputeDevice device,
            MeterRegistry metrics,
            ServiceParts parts)
            throws InterruptedException {
        var schemas = new Schemas(config.kafka());
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
        Broker.requireWrite(config.kafka(), MODEL_CHECKPOINTS, MODEL_JUDGEMENTS, SAMPLING_REQUESTS);
        var announcer = new CheckpointAnnouncer(config.kafka(), schemas);
        var judge =
                parts.open(
                        CandidateJudge.open(
                                config.kafka(),
                                schemas,
                                config.datasets(),
                                artifacts,
                                config.extractor(),
                                config.locks().patience(),
                                PublishingConfig.NAME));
        var deadLetters = new DeadLetters(PublishingConfig.NAME, blob -> artifacts.put(blob).hex());
        var workers = new Workers(config, schemas, deadLetters, parts, metrics);
        var publisher =
                workers.open(
                        PUBLISHING_JOBS,
                        PUBLISHING_RESULTS,
                        PublishingConfig.NAME,
                        new PublishingHandler(artifacts, announcer, Optional.of(judge), device));
        // what nobody judges, and a rollback, do not wait for a run that is being judged
        var importer =
                workers.open(
                        PUBLISHING_IMPORTS,
                        PUBLISHING_RESULTS,
                        PublishingConfig.IMPORTS,
                        new PublishingHandler(artifacts, announcer, Optional.empty(), device));
        var changer =
                workers.open(
                        MODEL_CHANGES,
                        MODEL_CHANGE_RESULTS,
                        PublishingConfig.CHANGES,
                        new ModelChangeHandler(artifacts, announcer, device));
        // candidates are judged while their run is in training, be another one published meanwhile
        var judging =
                workers.open(
                        JUDGING_JOBS,
                        JUDGING_RESULTS,
                        PublishingConfig.JUDGING,
                        new JudgingHandler(judge));
        return new SideBySide(
                new SideBySide(publisher, judging, PublishingConfig.JUDGING),
                new SideBySide(importer, changer, PublishingConfig.CHANGES),
                PublishingConfig.IMPORTS);
    }

    /** What the workers of this service have in common. */
    private record Workers(
            PublishingConfig config,
            Schemas schemas,
            DeadLetters deadLetters,
            ServiceParts parts,
            MeterRegistry metrics) {

        <J extends SpecificRecord, R extends SpecificRecord> JobWorker<J, R> open(
                Topic<J> jobs, Topic<R> results, String reader, JobHandler<J, R> handler)
                throws InterruptedException {
            JobWorker<J, R> worker =
                    JobWorker.open(
                            config.kafka(),
                            schemas,
                            jobs,
                            results,
                            reader,
                            config.locks(),
                            handler,
                            deadLetters,
                            metrics);
            parts.need(worker.cancellationsLost());
            return worker;
        }
    }
}
