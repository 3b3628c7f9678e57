package io.langevin.sampling;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.KafkaServiceConfig;
import io.langevin.process.ConfigurationException;
import io.langevin.process.Environment;
import io.langevin.score.torch.DeviceChoice;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of the sampling service.
 *
 * @param artifacts where checkpoints are, see {@link io.langevin.artifacts.ArtifactStores#open}
 * @param device that networks run on, see {@link io.langevin.score.torch.DeviceChoice#of}
 * @param instance this process among those of the service; the same after a restart
 * @param slots images that share a network call, at the most; 0: measured for each network
 * @param admittedImages images of requests that are being worked on, at the most
 * @param admittedBytes of those requests with what they hold; one more is admitted below it
 * @param reservedPercent share of the slots that STANDARD and BATCH requests each keep
 * @param inlineLimit bytes above which an image goes to the artifact store
 * @param checkpointBytes of loaded networks; above it those of least use are given up
 * @param activationBytes of one network call, at the most, where slots are measured
 * @param modelWait how long a request waits for a model that is not there
 * @param grace how long a stopping process works on what it has begun before it saves the rest
 */
public record SamplingConfig(
        KafkaConfig kafka,
        URI artifacts,
        String device,
        String instance,
        int slots,
        int admittedImages,
        long admittedBytes,
        int reservedPercent,
        int inlineLimit,
        long checkpointBytes,
        long activationBytes,
        Duration modelWait,
        Duration grace)
        implements KafkaServiceConfig {
    /** The service's name, in its groups and in what it writes. */
    public static final String NAME = "sampling";

    /** Measuring stops there. */
    public static final int MOST_MEASURED_SLOTS = 256;

    private static final int MEGABYTE = 1 << 20;

    /** All settings but these are the defaults. */
    public static SamplingConfig of(
            KafkaConfig kafka, URI artifacts, String device, String instance) {
        return from(new Environment(Map.of()), kafka, artifacts, device, instance);
    }

    public static SamplingConfig from(Environment environment) {
        return from(
                environment,
                KafkaConfig.from(environment),
                URI.create(
                        environment.required(
                                "LANGEVIN_ARTIFACTS", "file:/var/lib/langevin/artifacts")),
                environment.text(DeviceChoice.SETTING, DeviceChoice.DEFAULT),
                environment.text("LANGEVIN_SAMPLING_INSTANCE", hostName()));
    }

    private static SamplingConfig from(
            Environment environment,
            KafkaConfig kafka,
            URI artifacts,
            String device,
            String instance) {
        return new SamplingConfig(
                kafka,
                artifacts,
                device,
                instance,
                environment.number("LANGEVIN_SAMPLING_SLOTS", 0, 0, 65_536),
                environment.number("LANGEVIN_SAMPLING_ADMITTED_IMAGES", 4_096, 1, 1_000_000),
                megabytes(environment, "LANGEVIN_SAMPLING_ADMITTED_MB", 128),
                environment.number("LANGEVIN_SAMPLING_RESERVED_PERCENT", 10, 0, 50),
                environment.number("LANGEVIN_SAMPLING_INLINE_LIMIT", 256 * 1024, 0, 900_000),
                megabytes(environment, "LANGEVIN_SAMPLING_CHECKPOINTS_MB", 2_048),
                megabytes(environment, "LANGEVIN_SAMPLING_ACTIVATIONS_MB", 2_048),
                environment.seconds("LANGEVIN_SAMPLING_MODEL_WAIT_SECONDS", 10, 0, 86_400),
                environment.seconds("LANGEVIN_SAMPLING_GRACE_SECONDS", 5, 0, 3_600));
    }

    private static long megabytes(Environment environment, String name, int otherwise) {
        return (long) MEGABYTE * environment.number(name, otherwise, 1, 1_000_000);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(
                    "LANGEVIN_SAMPLING_INSTANCE is not set and the host has no name: set it", e);
        }
    }
}
