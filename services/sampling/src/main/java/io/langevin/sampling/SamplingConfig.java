package io.langevin.sampling;

import io.langevin.messaging.ConfigurationException;
import io.langevin.messaging.Environment;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.ServiceConfig;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/**
 * Settings of the sampling service.
 *
 * @param artifacts where checkpoints are, see {@link io.langevin.artifacts.ArtifactStore#open}
 * @param instance this process among those of the service; the same after a restart
 * @param slots images that share a network call, at the most
 * @param admittedImages images of requests that are being worked on, at the most
 * @param reservedPercent share of the slots that STANDARD and BATCH requests each keep
 * @param inlineLimit bytes above which an image goes to the artifact store
 */
public record SamplingConfig(
        KafkaConfig kafka,
        URI artifacts,
        String instance,
        int slots,
        int admittedImages,
        int reservedPercent,
        int inlineLimit)
        implements ServiceConfig {
    public static final int DEFAULT_SLOTS = 64;
    public static final int DEFAULT_ADMITTED_IMAGES = 4_096;
    public static final int DEFAULT_RESERVED_PERCENT = 10;
    public static final int DEFAULT_INLINE_LIMIT = 256 * 1024;

    public static SamplingConfig from(Environment environment) {
        return new SamplingConfig(
                KafkaConfig.from(environment),
                URI.create(
                        environment.required(
                                "LANGEVIN_ARTIFACTS", "file:/var/lib/langevin/artifacts")),
                environment.text("LANGEVIN_SAMPLING_INSTANCE", hostName()),
                environment.number("LANGEVIN_SAMPLING_SLOTS", DEFAULT_SLOTS, 1, 65_536),
                environment.number(
                        "LANGEVIN_SAMPLING_ADMITTED_IMAGES", DEFAULT_ADMITTED_IMAGES, 1, 1_000_000),
                environment.number(
                        "LANGEVIN_SAMPLING_RESERVED_PERCENT", DEFAULT_RESERVED_PERCENT, 0, 50),
                environment.number(
                        "LANGEVIN_SAMPLING_INLINE_LIMIT", DEFAULT_INLINE_LIMIT, 0, 900_000));
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
