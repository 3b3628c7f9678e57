package io.langevin.local;

import io.langevin.cli.AnnouncedPlatform;
import io.langevin.datasets.DatasetRoots;
import io.langevin.embedded.EmbeddedBackends;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.Topics;
import io.langevin.messaging.queue.JobLocks;
import io.langevin.operations.OperationsConfig;
import io.langevin.operations.OperationsService;
import io.langevin.process.OpenedResources;
import io.langevin.process.RunningService;
import io.langevin.publishing.PublishingConfig;
import io.langevin.publishing.PublishingService;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.SamplingService;
import io.langevin.schedule.ScheduleConfig;
import io.langevin.schedule.ScheduleService;
import io.langevin.training.TrainingConfig;
import io.langevin.training.TrainingService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;

/** A broker, a registry and every service on one data folder, for this process's lifetime. */
public final class LocalPlatform implements AutoCloseable {
    /** A single process: its services need not wait long for one another's locks. */
    private static final JobLocks LOCKS = new JobLocks(Duration.ofSeconds(15), 10);

    private final LocalConfig config;
    private final EmbeddedBackends embedded;
    private final KafkaConfig kafka;
    private final CompletableFuture<String> failure = new CompletableFuture<>();
    private final OpenedResources opened = new OpenedResources();

    private LocalPlatform(LocalConfig config, EmbeddedBackends embedded) {
        this.config = config;
        this.embedded = embedded;
        this.kafka = KafkaConfig.of(embedded.bootstrap(), embedded.registry());
    }

    /** Returns when every service answers and the bundled models are published. */
    public static LocalPlatform start(LocalConfig config) throws IOException, InterruptedException {
        Files.createDirectories(config.ownDatasets());
        EmbeddedBackends embedded =
                EmbeddedBackends.start(
                        config.dataDir(),
                        EmbeddedBackends.registryHome(),
                        config.kafkaPort(),
                        config.registryPort());
        LocalPlatform platform = new LocalPlatform(config, embedded);
        embedded.death().thenAccept(platform.failure::complete);
        try {
            platform.startServices();
            BundledModels.publishMissing(config, platform.kafka);
            return platform;
        } catch (IOException | InterruptedException | RuntimeException e) {
            platform.close();
            throw e;
        }
    }

    private void startServices() throws InterruptedException {
        try (Admin admin = kafka.admin()) {
            Topics.create(admin, kafka.prefix(), (short) 1);
        }
        new Schemas(kafka).registerAll();
        var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        DatasetRoots roots = config.roots();
        var artifacts = config.artifacts();
        started(
                "operations",
                OperationsService.start(
                        new OperationsConfig(
                                kafka,
                                artifacts,
                                config.dataDir().resolve("operations"),
                                "127.0.0.1",
                                config.pagePort(),
                                OperationsConfig.hosts(OperationsConfig.LOOPBACK),
                                1,
                                Optional.empty()),
                        metrics));
        started(
                "schedule",
                ScheduleService.start(new ScheduleConfig(kafka, roots, artifacts, LOCKS), metrics));
        started(
                "training",
                TrainingService.start(
                        new TrainingConfig(
                                kafka, roots, artifacts, config.devices().training(), LOCKS),
                        metrics));
        started("publishing", PublishingService.start(publishing(roots), metrics));
        started(
                "sampling",
                SamplingService.start(
                        SamplingConfig.of(kafka, artifacts, config.devices().sampling(), "local"),
                        metrics));
    }

    private PublishingConfig publishing(DatasetRoots roots) {
        return new PublishingConfig(
                kafka,
                roots,
                config.artifacts(),
                config.extractor(),
                config.devices().sampling(),
                LOCKS);
    }

    private void started(String name, RunningService running) {
        opened.push(running);
        running.whenFailed(
                why -> failure.complete("the %s service ended: %s".formatted(name, why)));
    }

    public KafkaConfig kafka() {
        return kafka;
    }

    /** The addresses by which other processes find it. */
    AnnouncedPlatform address() {
        return new AnnouncedPlatform(
                ProcessHandle.current().pid(),
                embedded.bootstrap(),
                embedded.registry(),
                "http://127.0.0.1:%d".formatted(config.pagePort()),
                config.artifacts(),
                Path.of("").toAbsolutePath());
    }

    /** Completes when a service ends by itself, which none should: which and why. */
    CompletableFuture<String> failure() {
        return failure;
    }

    @Override
    public void close() {
        try {
            opened.close();
        } finally {
            try {
                embedded.close();
            } catch (IOException e) {
                throw new UncheckedIOException("the broker did not stop cleanly", e);
            }
        }
    }
}
