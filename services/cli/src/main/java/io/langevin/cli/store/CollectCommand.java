package io.langevin.cli.store;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.rules.RecordRules.between;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.artifacts.StoredArtifact;
import io.langevin.cli.Connection;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.rules.JobStages;
import io.langevin.records.JobKind;
import io.langevin.records.JobState;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Deletes artifacts that no record names. */
@Command(
        name = "gc",
        description = {
            "Delete artifacts that no record on any topic names and that were put long ago.",
            "The store must belong to this platform alone: what another one names is not known here."
        },
        footer = {
            "",
            "For example:",
            "  langevin artifacts gc --dry-run        what would be deleted, and what stays",
            "  langevin artifacts gc --grace 30       what nobody has needed for 30 days"
        })
final class CollectCommand implements Callable<Integer> {
    private static final int SHOWN = 20;
    private static final double MEGABYTE = 1 << 20;

    @Mixin Connection connection;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description = "The store, a folder or a bucket; by default that of the running 'up'.")
    URI artifacts;

    @Option(
            names = "--grace",
            paramLabel = "DAYS",
            defaultValue = "7",
            description = "Days since an artifact was put for the last time (default: 7).")
    int grace;

    @Option(names = "--dry-run", description = "Say what would be deleted, and delete nothing.")
    boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        between("--grace", grace, 1, 3_650);
        KafkaConfig kafka = connection.kafka();
        Instant before = Instant.now().minus(Duration.ofDays(grace));
        try (PlatformClient platform = connection.platform();
                ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts))) {
            Instant oldest = oldestRun(platform);
            Set<ArtifactId> named = NamedArtifacts.read(kafka, connection.patience());
            collect(store, named, oldest.isBefore(before) ? oldest : before);
        }
        return 0;
    }

    /** A run under way keeps candidates that no record may name yet, or any more. */
    private static Instant oldestRun(PlatformClient platform) throws InterruptedException {
        return platform.latest(JOB_STATES).values().stream()
                .filter(state -> state.getKind() == JobKind.RETRAINING)
                .filter(state -> !JobStages.isEnd(state.getStage()))
                .map(JobState::getRequestedAt)
                .min(Comparator.naturalOrder())
                .orElse(Instant.MAX);
    }

    private void collect(ArtifactStore store, Set<ArtifactId> named, Instant before) {
        List<StoredArtifact> all = new ArrayList<>();
        store.forEach(all::add); // after the records: what is put now is new
        List<StoredArtifact> nobodys =
                all.stream().filter(artifact -> !named.contains(artifact.id())).toList();
        List<StoredArtifact> old =
                nobodys.stream()
                        .filter(artifact -> artifact.written().isBefore(before))
                        .sorted(Comparator.comparing(StoredArtifact::bytes).reversed())
                        .toList();
        for (StoredArtifact artifact : old) {
            if (!dryRun) {
                store.delete(artifact.id());
            }
        }
        old.stream()
                .limit(SHOWN)
                .forEach(
                        artifact ->
                                System.out.printf(
                                        "%s  %9.1f MB  %s%n",
                                        artifact.id(),
                                        artifact.bytes() / MEGABYTE,
                                        artifact.written()));
        if (old.size() > SHOWN) {
            System.out.printf("and %d smaller ones%n", old.size() - SHOWN);
        }
        System.out.printf(
                "%s %s; %d that records name stay, and %d that are newer than %d days or a run under way%n",
                dryRun ? "would delete" : "deleted",
                words(old),
                all.size() - nobodys.size(),
                nobodys.size() - old.size(),
                grace);
    }

    private static String words(List<StoredArtifact> artifacts) {
        long bytes = artifacts.stream().mapToLong(StoredArtifact::bytes).sum();
        return "%d artifacts, %.1f MB".formatted(artifacts.size(), bytes / MEGABYTE);
    }
}
