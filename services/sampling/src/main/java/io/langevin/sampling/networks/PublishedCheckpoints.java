package io.langevin.sampling.networks;

import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.Failures;
import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.process.FollowedView;
import io.langevin.process.Inert;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.sampling.networks.ServingNetwork.Key;
import io.langevin.score.CompiledNetwork.Precision;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoint that each model has now. A new one is loaded and verified while the old one
 * serves; requests for a model that has no old one wait until it is loaded. One that cannot be used
 * leaves the old one serving and counts in {@code
 * langevin_checkpoint_loads_total{result="failed"}}. Safe to use from several threads.
 */
public final class PublishedCheckpoints implements FollowedView {
    private static final Logger LOG = LoggerFactory.getLogger(PublishedCheckpoints.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int MODELS_NAMED = 20;

    private final LoadedNetworks networks;
    private final Map<Key, Unreachable> unreachable = new ConcurrentHashMap<>();

    /** Checkpoints that serve, by model. */
    private final Map<String, ArtifactId> serving = new ConcurrentHashMap<>();

    /** Checkpoints that were announced last and are not loaded yet, by model. */
    private final Map<String, ArtifactId> coming = new ConcurrentHashMap<>();

    private final CandidateShares shares;

    /** Reasons why the checkpoint that was announced last cannot be used, by model. */
    private final Map<String, String> unusable = new ConcurrentHashMap<>();

    private final Counter loaded;
    private final Counter failed;
    private final Follower follower;
    private volatile boolean closed;

    /** The store was away. */
    private record Unreachable(String why, Instant at) {}

    private PublishedCheckpoints(
            Followers followers, LoadedNetworks networks, MeterRegistry metrics)
            throws InterruptedException {
        this.networks = networks;
        this.shares = new CandidateShares(networks);
        this.loaded = metrics.counter("langevin.checkpoint.loads", "result", "loaded");
        this.failed = metrics.counter("langevin.checkpoint.loads", "result", "failed");
        this.follower =
                followers.follow(
                        MODEL_CHECKPOINTS,
                        new From.Beginning(),
                        (record, source) -> published(record, source.key()));
    }

    /** Returns when everything published so far is known; it is loaded in the background. */
    public static PublishedCheckpoints following(
            Followers followers, LoadedNetworks networks, MeterRegistry metrics)
            throws InterruptedException {
        PublishedCheckpoints checkpoints = new PublishedCheckpoints(followers, networks, metrics);
        checkpoints.follower.awaitCaughtUp();
        return checkpoints;
    }

    private void published(PublishedCheckpoint record, String key) {
        boolean wrongKey = key == null || record != null && !key.equals(record.getModel());
        if (wrongKey || record != null && !RecordRules.isModelName(key)) {
            return; // its dead letter is written by whoever inspects the topic
        }
        if (record == null) {
            serving.remove(key);
            coming.remove(key);
            unusable.remove(key);
            shares.remove(key);
            return;
        }
        shares.announced(key, record);
        try {
            ArtifactId id = new ArtifactId(record.getCheckpoint());
            coming.put(key, id);
            networks.expect(id, record.getNgf());
            load(key, id);
        } catch (IllegalArgumentException e) {
            cannotBeUsed(key, e);
        }
    }

    private void load(String model, ArtifactId id) {
        Key key = new Key(id, Precision.FLOAT32);
        networks.load(key)
                .whenComplete(
                        (network, failure) -> {
                            if (failure == null) {
                                loaded.increment();
                            } else {
                                networks.forgetFailed(key);
                            }
                            if (!id.equals(coming.get(model)) || closed) {
                                return; // a newer one has been announced meanwhile
                            }
                            if (failure == null) {
                                taken(model, id);
                            } else {
                                notLoaded(model, key, failure);
                            }
                        });
    }

    private void taken(String model, ArtifactId id) {
        serving.put(model, id);
        unusable.remove(model);
        coming.remove(model, id);
        unreachable.remove(new Key(id, Precision.FLOAT32));
        LOG.atInfo()
                .addKeyValue("model", model)
                .addKeyValue("checkpoint", id)
                .log("checkpoint taken");
    }

    private void notLoaded(String model, Key key, Throwable failure) {
        Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
        if (!Failures.isPassing(why)) {
            coming.remove(model, key.checkpoint());
            cannotBeUsed(model, why);
            return;
        }
        away(key, why);
        CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> load(model, key.checkpoint()));
    }

    private void away(Key key, Throwable why) {
        Unreachable before =
                unreachable.put(key, new Unreachable(Failures.reason(why), Instant.now()));
        if (before == null) {
            LOG.atWarn()
                    .addKeyValue("checkpoint", key.checkpoint())
                    .addKeyValue("reason", Failures.reason(why))
                    .log("waiting for the artifact store");
        }
    }

    private void cannotBeUsed(String model, Throwable why) {
        unusable.put(model, Failures.reason(why));
        failed.increment();
        LOG.atError()
                .addKeyValue("model", Inert.text(model))
                .addKeyValue("reason", Inert.text(Failures.reason(why)))
                .log("checkpoint cannot be used; the one before it goes on serving");
    }

    /**
     * What a request asks for; empty as long as the model has no checkpoint. One that is on its way
     * is waited for where no other serves.
     *
     * @param pinned artifact id, or null for the one published last, or the model's candidate for
     *     its share of the requests
     * @param requestId decides whether the request is of that share, here and in every other worker
     * @throws RejectedException where that cannot be an id
     */
    public Optional<Key> key(String model, String pinned, String requestId, Precision precision) {
        Optional<ArtifactId> id =
                pinned == null
                        ? shares.of(model, requestId)
                                .or(() -> Optional.ofNullable(serving.get(model)))
                                .or(() -> Optional.ofNullable(coming.get(model)))
                        : Optional.of(id("checkpoint", pinned));
        return id.map(known -> new Key(known, precision));
    }

    /** Completes when every checkpoint that is announced by now is known here. */
    public CompletableFuture<Boolean> passed(Duration most) {
        return follower.passed(most);
    }

    /** What the sender of a request is told whose model has no checkpoint. */
    public RejectedException noSuchModel(String model) {
        String why = unusable.get(model);
        if (why != null) {
            return new RejectedException("checkpoint: " + why);
        }
        SortedSet<String> models = models();
        String named =
                models.size() <= MODELS_NAMED
                        ? models.toString()
                        : models.stream().limit(MODELS_NAMED).toList()
                                + " or one of %d more".formatted(models.size() - MODELS_NAMED);
        return new RejectedException("model: must be one of %s, not '%s'".formatted(named, model));
    }

    /**
     * The network; empty as long as it is not loaded.
     *
     * @throws RejectedException where there is no such checkpoint
     */
    public Optional<ServingNetwork> find(Key key) {
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
            if (Failures.isPassing(e.getCause())) {
                away(key, e.getCause());
                return Optional.empty();
            }
            throw e.getCause() instanceof RejectedException said
                    ? said
                    : new RejectedException("checkpoint: " + Failures.reason(e.getCause()));
        }
    }

    private boolean isTooSoon(Key key) {
        Unreachable last = unreachable.get(key);
        return last != null && last.at.plus(RETRY).isAfter(Instant.now());
    }

    /** Why a network could not be read from the store when it was last tried. */
    public Optional<String> unreachable(Key key) {
        return Optional.ofNullable(unreachable.get(key)).map(Unreachable::why);
    }

    /**
     * @param field of the request
     * @throws RejectedException where the text cannot be an id
     */
    public static ArtifactId id(String field, String text) {
        try {
            return new ArtifactId(text);
        } catch (IllegalArgumentException e) {
            throw new RejectedException(field + ": " + e.getMessage());
        }
    }

    /** Models that have a checkpoint, in the order of their names. */
    SortedSet<String> models() {
        SortedSet<String> models = new TreeSet<>(serving.keySet());
        models.addAll(coming.keySet());
        return models;
    }

    /** Whether a model has this checkpoint now. */
    public boolean isCurrent(ArtifactId id) {
        return serving.containsValue(id) || coming.containsValue(id) || shares.hasPartIn(id);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return follower.ended();
    }

    @Override
    public void close() {
        closed = true;
        follower.close();
    }
}
