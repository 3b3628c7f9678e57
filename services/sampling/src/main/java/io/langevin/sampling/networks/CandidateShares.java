package io.langevin.sampling.networks;

import io.langevin.artifacts.ArtifactId;
import io.langevin.messaging.Failures;
import io.langevin.process.Inert;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.sampling.networks.ServingNetwork.Key;
import io.langevin.score.CompiledNetwork.Precision;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Candidates that serve a share of their models' requests: from when they are loaded here, and not
 * before. Safe to use from several threads.
 */
final class CandidateShares {
    private static final Logger LOG = LoggerFactory.getLogger(CandidateShares.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final LoadedNetworks networks;

    /** What was announced last, by model. */
    private final Map<String, Share> announced = new ConcurrentHashMap<>();

    /** What is loaded of it, by model. */
    private final Map<String, Share> serving = new ConcurrentHashMap<>();

    /**
     * @param share of the requests, above 0 to 1
     */
    private record Share(ArtifactId id, double share) {}

    CandidateShares(LoadedNetworks networks) {
        this.networks = networks;
    }

    void announced(String model, PublishedCheckpoint record) {
        double share = record.getCandidateShare();
        String candidate =
                record.getCandidate() == null ? "" : record.getCandidate().getCheckpoint();
        if (!ArtifactId.isId(candidate) || !(share > 0 && share <= 1)) {
            remove(model);
            return;
        }
        var wanted = new Share(new ArtifactId(candidate), share);
        boolean known = wanted.equals(announced.put(model, wanted));
        if (!known) {
            serving.remove(model);
            networks.expect(wanted.id(), record.getNgf());
            load(model, wanted);
        }
    }

    void remove(String model) {
        announced.remove(model);
        serving.remove(model);
    }

    private void load(String model, Share wanted) {
        Key key = new Key(wanted.id(), Precision.FLOAT32);
        networks.load(key)
                .whenComplete(
                        (network, failure) -> {
                            if (failure != null) {
                                networks.forgetFailed(key);
                            }
                            if (!wanted.equals(announced.get(model))) {
                                return; // another has been announced meanwhile
                            }
                            if (failure == null) {
                                serves(model, wanted);
                            } else {
                                notLoaded(model, wanted, failure);
                            }
                        });
    }

    /** Not where it has been removed in this very moment. */
    private void serves(String model, Share wanted) {
        announced.computeIfPresent(
                model,
                (name, last) -> {
                    if (last.equals(wanted)) {
                        serving.put(name, wanted);
                    }
                    return last;
                });
    }

    private void notLoaded(String model, Share wanted, Throwable failure) {
        Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
        if (Failures.isPassing(why)) {
            CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> load(model, wanted));
            return;
        }
        LOG.atWarn()
                .addKeyValue("model", Inert.text(model))
                .addKeyValue("reason", Inert.text(Failures.reason(why)))
                .log("a candidate cannot be used and gets no share of the requests");
    }

    /**
     * The candidate of a model, where a request is of its share.
     *
     * @param requestId decides, here as in every other worker
     */
    Optional<ArtifactId> of(String model, String requestId) {
        return Optional.ofNullable(serving.get(model))
                .filter(candidate -> place(requestId) < candidate.share())
                .map(Share::id);
    }

    /** A number from 0 to below 1 that an id always has. */
    private static double place(String requestId) {
        return new SplittableRandom(requestId.hashCode()).nextDouble();
    }

    /** Whether a checkpoint has a share, or will have one. */
    boolean hasPartIn(ArtifactId id) {
        return announced.values().stream().anyMatch(share -> share.id().equals(id));
    }
}
