package io.langevin.sampling;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static io.langevin.messaging.Topics.SAMPLING_SAVED;

import io.langevin.artifacts.ArtifactStores;
import io.langevin.messaging.Broker;
import io.langevin.messaging.DeadLetters;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.Cancellations;
import io.langevin.messaging.follow.Followers;
import io.langevin.process.RunningService;
import io.langevin.process.ServiceMain;
import io.langevin.process.ServiceParts;
import io.langevin.sampling.admission.Admission;
import io.langevin.sampling.admission.Preparation;
import io.langevin.sampling.admission.RepeatedRequests;
import io.langevin.sampling.answers.Answers;
import io.langevin.sampling.answers.EndedRequests;
import io.langevin.sampling.answers.ImageEncoder;
import io.langevin.sampling.answers.ImageFiles;
import io.langevin.sampling.answers.Previews;
import io.langevin.sampling.answers.SamplingRecords;
import io.langevin.sampling.answers.SavedRequests;
import io.langevin.sampling.networks.LoadedNetworks;
import io.langevin.sampling.networks.PublishedCheckpoints;
import io.langevin.sampling.slots.DeviceTurns;
import io.langevin.score.torch.ComputeDevice;
import io.langevin.score.torch.DeviceChoice;
import io.langevin.score.torch.DeviceMetrics;
import io.micrometer.core.instrument.MeterRegistry;

/** Draws images: sample requests in, images and outcomes out. */
public final class SamplingService {
    /** Networks as they run where no device is asked for. */
    public static final NetworkOpener ON_PROCESSOR = new DeviceNetworks(ComputeDevice.CPU);

    private SamplingService() {}

    public static void main(String[] args) {
        ServiceMain.run(SamplingConfig.NAME, SamplingConfig::from, SamplingService::start);
    }

    /** The whole service, wired by hand; the all-in-one and the tests start it here too. */
    public static RunningService start(SamplingConfig config, MeterRegistry metrics)
            throws InterruptedException {
        var device = DeviceChoice.of(DeviceChoice.SETTING, config.device());
        DeviceMetrics.bind(device, metrics);
        return start(config, metrics, new DeviceNetworks(device));
    }

    /** Starts it on networks of another make. */
    public static RunningService start(
            SamplingConfig config, MeterRegistry metrics, NetworkOpener factory)
            throws InterruptedException {
        Broker.requireWrite(
                config.kafka(),
                SAMPLING_IMAGES,
                SAMPLING_OUTCOMES,
                SAMPLING_PREVIEWS,
                SAMPLING_SAVED);
        return RunningService.start(
                SamplingConfig.NAME, parts -> assembled(config, metrics, factory, parts));
    }

    private static SamplingLoop assembled(
            SamplingConfig config, MeterRegistry metrics, NetworkOpener factory, ServiceParts parts)
            throws InterruptedException {
        var kafka = config.kafka();
        var schemas = new Schemas(kafka);
        var followers = Followers.of(kafka, schemas);
        var artifacts = parts.open(ArtifactStores.open(config.artifacts()));
        var networks = parts.open(new LoadedNetworks(config, artifacts, factory));
        var cancellations = parts.follow(Cancellations.following(followers));
        var checkpoints =
                parts.follow(PublishedCheckpoints.following(followers, networks, metrics));
        var ended = parts.follow(EndedRequests.following(followers));
        var saved = parts.follow(SavedRequests.following(followers, artifacts));
        var previews = parts.open(Previews.start(config, schemas, metrics));
        var preparation =
                parts.open(
                        new Preparation(
                                config.modelWait(), checkpoints, artifacts, saved, previews));
        var records = new SamplingRecords(config, schemas);
        var encoder = parts.open(new ImageEncoder(new ImageFiles(config.inlineLimit(), artifacts)));
        var deadLetters = new DeadLetters(SamplingConfig.NAME, blob -> artifacts.put(blob).hex());
        var own = new SamplingMetrics(metrics);
        SamplingLoop.Sessions sessions =
                stream -> {
                    var answers = new Answers(stream, records, saved, own);
                    var repeated = new RepeatedRequests(ended);
                    var admission =
                            new Admission(
                                    config, stream, preparation, cancellations, repeated, answers);
                    var turns =
                            new DeviceTurns(
                                    config, own, previews, networks.device(), System::nanoTime);
                    return new SamplingSession(
                            stream,
                            admission,
                            answers,
                            turns,
                            networks,
                            checkpoints,
                            cancellations,
                            encoder,
                            own);
                };
        return new SamplingLoop(config, schemas, ended, saved, deadLetters, sessions, metrics);
    }
}
