package io.langevin.training;

import io.langevin.datasets.DatasetRoots;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaServiceConfig;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.process.Environment;
import io.langevin.score.torch.DeviceChoice;
import java.net.URI;

/**
 * Settings of the training service.
 *
 * @param datasets folders under which data sets lie
 * @param artifacts where snapshots and checkpoints go
 * @param device that networks are trained on, see {@link io.langevin.score.torch.DeviceChoice#of}
 * @param locks how long a job is held
 */
public record TrainingConfig(
        KafkaConfig kafka, DatasetRoots datasets, URI artifacts, String device, JobLocks locks)
        implements KafkaServiceConfig {
    /** The service's name, in its groups and in what it writes. */
    public static final String NAME = "training";

    public static TrainingConfig from(Environment environment) {
        String roots = environment.required("LANGEVIN_DATASETS", "/var/lib/langevin/datasets");
        return new TrainingConfig(
                KafkaConfig.from(environment),
                DatasetRoots.parse(roots),
                URI.create(
                        environment.required(
                                "LANGEVIN_ARTIFACTS", "file:/var/lib/langevin/artifacts")),
                environment.text(DeviceChoice.SETTING, DeviceChoice.DEFAULT),
                JobLocks.from(environment));
    }
}
