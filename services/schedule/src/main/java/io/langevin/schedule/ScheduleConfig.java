package io.langevin.schedule;

import io.langevin.datasets.DatasetRoots;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaServiceConfig;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.process.Environment;
import java.net.URI;

/**
 * Settings of the schedule service.
 *
 * @param datasets folders under which data sets lie
 * @param artifacts where records go that are too large for a dead letter
 * @param locks how long a job is held
 */
public record ScheduleConfig(
        KafkaConfig kafka, DatasetRoots datasets, URI artifacts, JobLocks locks)
        implements KafkaServiceConfig {
    /** The service's name, in its groups and in what it writes. */
    public static final String NAME = "schedule";

    public static ScheduleConfig from(Environment environment) {
        String roots = environment.required("LANGEVIN_DATASETS", "/var/lib/langevin/datasets");
        return new ScheduleConfig(
                KafkaConfig.from(environment),
                DatasetRoots.parse(roots),
                URI.create(
                        environment.required(
                                "LANGEVIN_ARTIFACTS", "file:/var/lib/langevin/artifacts")),
                JobLocks.from(environment));
    }
}
