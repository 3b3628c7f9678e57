package io.langevin.sampling;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicFollower;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.score.Checkpoint;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoint that each model has now. A new one is loaded and verified on the follower's thread
 * while the old one serves; one that cannot be used leaves the old one serving and counts in {@code
 * langevin_checkpoint_loads_total{result="failed"}}. Safe to use from several threads.
 */
public final class PublishedCheckpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedCheckpoints.class);

    private final ArtifactStore artifacts;
    private final Map<String, ServingCheckpoint> byModel = new ConcurrentHashMap<>();
    private final Map<ArtifactId, WeakReference<ServingCheckpoint>> inUse =
            new ConcurrentHashMap<>();
    private final Counter loaded;
    private final Counter failed;
    private final TopicFollower<PublishedCheckpoint> follower;

    private PublishedCheckpoints(
            KafkaConfig kafka,
            Schemas schemas,
            ArtifactStore artifacts,
            TopicFollower.Unreadable unreadable,
            MeterRegistry metrics)
            throws InterruptedException {
        this.artifacts = artifacts;
        this.loaded = metrics.counter("langevin.checkpoint.loads", "result", "loaded");
        this.failed = metrics.counter("langevin.checkpoint.loads", "result", "failed");
        this.follower =
                TopicFollower.start(
                        kafka,
                        schemas,
                        MODEL_CHECKPOINTS,
                        new TopicFollower.From.Beginning(),
                        (record, source) -> published(record, source.key()),
                        unreadable);
    }

    /** Returns when everything published so far is loaded. */
    public static PublishedCheckpoints following(
            KafkaConfig kafka,
            Schemas schemas,
            ArtifactStore artifacts,
            TopicFollower.Unreadable unreadable,
            MeterRegistry metrics)
            throws InterruptedException {
        PublishedCheckpoints checkpoints =
                new PublishedCheckpoints(kafka, schemas, artifacts, unreadable, metrics);
        checkpoints.follower.awaitCaughtUp();
        return checkpoints;
    }

    private void published(PublishedCheckpoint record, String model) {
        if (record == null) {
            byModel.remove(model);
            return;
        }
        try {
            ArtifactId id = new ArtifactId(record.getCheckpoint());
            byModel.put(record.getModel(), load(id));
            loaded.increment();
            LOG.atInfo()
                    .addKeyValue("model", record.getModel())
                    .addKeyValue("checkpoint", id)
                    .log("checkpoint taken");
        } catch (ArtifactException | IllegalArgumentException e) {
            failed.increment();
            LOG.atError()
                    .addKeyValue("model", record.getModel())
                    .addKeyValue("reason", e.getMessage())
                    .log("checkpoint cannot be used; the one before it goes on serving");
        }
    }

    /**
     * The checkpoint for a request.
     *
     * @param pinned artifact id, or null for the one published last
     * @throws RejectedException where there is none
     */
    ServingCheckpoint forRequest(String model, String pinned) {
        ServingCheckpoint current = byModel.get(model);
        if (pinned == null) {
            if (current == null) {
                throw new RejectedException(
                        "model: must be one of %s, not '%s'"
                                .formatted(new TreeSet<>(byModel.keySet()), model));
            }
            return current;
        }
        try {
            ArtifactId id = new ArtifactId(pinned);
            return load(id);
        } catch (ArtifactException | IllegalArgumentException | UncheckedIOException e) {
            // a store that is away must not hold up those who need nothing from it
            throw new RejectedException("checkpoint: " + e.getMessage());
        }
    }

    /** Ids of the checkpoints published last, by model. */
    Map<String, ArtifactId> current() {
        Map<String, ArtifactId> ids = new TreeMap<>();
        byModel.forEach((model, checkpoint) -> ids.put(model, checkpoint.id()));
        return ids;
    }

    /** One copy of each in memory, for as long as a model or a request uses it. */
    private ServingCheckpoint load(ArtifactId id) {
        WeakReference<ServingCheckpoint> known = inUse.get(id);
        ServingCheckpoint checkpoint = known == null ? null : known.get();
        if (checkpoint == null) {
            checkpoint = new ServingCheckpoint(id, Checkpoint.parse(artifacts.get(id)));
            inUse.values().removeIf(reference -> reference.get() == null);
            inUse.put(id, new WeakReference<>(checkpoint));
        }
        return checkpoint;
    }

    /** Fails when the topic cannot be followed any longer. */
    CompletableFuture<Void> ended() {
        return follower.ended();
    }

    @Override
    public void close() {
        follower.close();
    }
}
