package io.langevin.publishing;

import io.langevin.datasets.DatasetRoots;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaServiceConfig;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.process.Environment;
import io.langevin.publishing.judging.Extractors;
import io.langevin.score.torch.DeviceChoice;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Settings of the publishing service.
 *
 * @param datasets folders under which data sets lie: checkpoints are judged against them
 * @param artifacts where checkpoints are
 * @param extractor a TorchScript file that describes images, such as FID's Inception network;
 *     empty: random convolutions do
 * @param device that networks are checked on, see {@link io.langevin.score.torch.DeviceChoice#of}
 * @param locks how long a job is held
 */
public record PublishingConfig(
        KafkaConfig kafka,
        DatasetRoots datasets,
        URI artifacts,
        Optional<Path> extractor,
        String device,
        JobLocks locks)
        implements KafkaServiceConfig {
    /** The service's name, in its groups and in what it writes. */
    public static final String NAME = "publishing";

    /** Names what makes changes by hand, beside the publisher of runs. */
    static final String CHANGES = NAME + "-changes";

    static final String IMPORTS = NAME + "-imports";
    static final String JUDGING = NAME + "-judging";

    public static PublishingConfig from(Environment environment) {
        String extractor = environment.text(Extractors.SETTING, "");
        return new PublishingConfig(
                KafkaConfig.from(environment),
                DatasetRoots.parse(
                        environment.required("LANGEVIN_DATASETS", "/var/lib/langevin/datasets")),
                URI.create(
                        environment.required(
                                "LANGEVIN_ARTIFACTS", "file:/var/lib/langevin/artifacts")),
                extractor.isEmpty() ? Optional.empty() : Optional.of(Path.of(extractor)),
                environment.text(DeviceChoice.SETTING, DeviceChoice.DEFAULT),
                JobLocks.from(environment));
    }
}
