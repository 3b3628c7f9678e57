package io.langevin.sampling;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.RejectedException;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.TopicFollower;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.sampling.ServingNetwork.Key;
import io.langevin.score.CompiledNetwork.Precision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoint that each model has now. A new one is loaded and verified while the old one
 * serves; one that cannot be used leaves the old one serving and counts in {@code
 * langevin_checkpoint_loads_total{result="failed"}}. Safe to use from several threads.
 */
final class PublishedCheckpoints implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedCheckpoints.class);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Networks networks;
    private final Map<Key, Unreachable> unreachable = new ConcurrentHashMap<>();
    private final Map<String, ArtifactId> byModel = new ConcurrentHashMap<>();
    private final Counter loaded;
    private final Counter failed;
    private final TopicFollower<PublishedCheckpoint> follower;

    /** The store was away. */
    private record Unreachable(String why, Instant at) {}

    private PublishedCheckpoints(
            KafkaConfig kafka,
            Schemas schemas,
            Networks networks,
            TopicFollower.Unreadable unreadable,
            MeterRegistry metrics)
            throws InterruptedException {
        this.networks = networks;
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
    static PublishedCheckpoints following(
            KafkaConfig kafka,
            Schemas schemas,
            Networks networks,
            TopicFollower.Unreadable unreadable,
            MeterRegistry metrics)
            throws InterruptedException {
        PublishedCheckpoints checkpoints =
                new PublishedCheckpoints(kafka, schemas, networks, unreadable, metrics);
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
            await(new Key(id, Precision.FLOAT32));
            byModel.put(record.getModel(), id);
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

    private void await(Key key) {
        try {
            networks.load(key).join();
        } catch (CompletionException e) {
            networks.forgetFailed(key);
            throw e.getCause() instanceof RuntimeException why ? why : e;
        }
    }

    /**
     * What a request asks for; empty as long as the model has no checkpoint.
     *
     * @param pinned artifact id, or null for the one published last
     * @throws RejectedException where that cannot be an id
     */
    Optional<Key> key(String model, String pinned, Precision precision) {
        ArtifactId id = pinned == null ? byModel.get(model) : id(pinned);
        return Optional.ofNullable(id).map(known -> new Key(known, precision));
    }

    /**
     * The network; empty as long as it is not loaded.
     *
     * @throws RejectedException where there is no such checkpoint
     */
    Optional<ServingNetwork> find(Key key) {
        if (isTooSoon(key)) {
            return Optional.empty();
        }
        CompletableFuture<ServingNetwork> network = networks.load(key);
        if (!network.isDone()) {
            return Optional.empty();
        }
        try {
            ServingNetwork loaded = network.join();
            unreachable.remove(key);
            return Optional.of(loaded);
        } catch (CompletionException e) {
            networks.forgetFailed(key);
            if (e.getCause() instanceof UncheckedIOException away) {
                unreachable.put(key, new Unreachable(away.getMessage(), Instant.now()));
                return Optional.empty();
            }
            throw new RejectedException("checkpoint: " + e.getCause().getMessage());
        }
    }

    private boolean isTooSoon(Key key) {
        Unreachable last = unreachable.get(key);
        return last != null && last.at.plus(RETRY).isAfter(Instant.now());
    }

    /** Why a network could not be read from the store when it was last tried. */
    Optional<String> unreachable(Key key) {
        return Optional.ofNullable(unreachable.get(key)).map(Unreachable::why);
    }

    private static ArtifactId id(String pinned) {
        try {
            return new ArtifactId(pinned);
        } catch (IllegalArgumentException e) {
            throw new RejectedException("checkpoint: " + e.getMessage());
        }
    }

    /** Models that have a checkpoint, in the order of their names. */
    SortedSet<String> models() {
        return new TreeSet<>(byModel.keySet());
    }

    /** Whether a model has this checkpoint now. */
    boolean isCurrent(ArtifactId id) {
        return byModel.containsValue(id);
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
