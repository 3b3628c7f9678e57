package io.langevin.publishing;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaServiceConfig;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.process.Environment;
import io.langevin.score.torch.DeviceChoice;
import java.net.URI;

/**
 * Settings of the publishing service.
 *
 * @param artifacts where checkpoints are
 * @param device that networks are checked on, see {@link io.langevin.score.torch.DeviceChoice#of}
 * @param locks how long a job is held
 */
public record PublishingConfig(KafkaConfig kafka, URI artifacts, String device, JobLocks locks)
        implements KafkaServiceConfig {
    /** The service's name, in its groups and in what it writes. */
    public static final String NAME = "publishing";

    public static PublishingConfig from(Environment environment) {
        return new PublishingConfig(
                KafkaConfig.from(environment),
                URI.create(
                        environment.required(
                                "LANGEVIN_ARTIFACTS", "file:/var/lib/langevin/artifacts")),
                environment.text(DeviceChoice.SETTING, DeviceChoice.DEFAULT),
                JobLocks.from(environment));
    }
}
