package io.langevin.sampling.answers;

import static io.langevin.messaging.Topics.SAMPLING_SAVED;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.From;
import io.langevin.process.FollowedView;
import io.langevin.records.SavedRequest;
import io.langevin.records.SavedSampling;
import io.langevin.sampling.DaemonThreads;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far requests have come whose worker stopped: the state as a blob in the artifact store, its
 * name on a compacted topic. Safe to use from several threads.
 */
public final class SavedRequests implements FollowedView {
    private static final Logger LOG = LoggerFactory.getLogger(SavedRequests.class);

    private final ArtifactStore artifacts;
    private final Map<String, SavedRequest> byId = new ConcurrentHashMap<>();
    private final ExecutorService deleting = DaemonThreads.named("saved-states", 1);
    private final Follower follower;

    /**
     * Where the state of a request is, as its record says.
     *
     * @param checkpoint that the request began with
     * @param plan SHA-256 of the rows that it goes through
     * @param blob in the artifact store
     */
    public record State(String checkpoint, String plan, String blob) {}

    private SavedRequests(Followers followers, ArtifactStore artifacts)
            throws InterruptedException {
        this.artifacts = artifacts;
        this.follower = followers.follow(SAMPLING_SAVED, new From.Beginning(), this::changed);
    }

    /** Returns when everything saved so far is known. */
    public static SavedRequests following(Followers followers, ArtifactStore artifacts)
            throws InterruptedException {
        var saved = new SavedRequests(followers, artifacts);
        saved.follower.awaitCaughtUp();
        return saved;
    }

    private void changed(SavedRequest record, ConsumerRecord<String, byte[]> source) {
        if (source.key() == null) {
            return; // nobody's state
        }
        SavedRequest before =
                record == null ? byId.remove(source.key()) : byId.put(source.key(), record);
        if (before != null && (record == null || !record.getState().equals(before.getState()))) {
            deleting.execute(() -> deleteState(before));
        }
    }

    /**
     * Deletes what nobody needs any more; one that stays behind does no harm. What is no state is
     * left alone: a record can name any blob.
     */
    private void deleteState(SavedRequest before) {
        try {
            sampling(before.getState());
            artifacts.delete(new ArtifactId(before.getState()));
        } catch (ArtifactException e) {
            LOG.atDebug().log("somebody else has deleted it");
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("requestId", before.getRequestId())
                    .addKeyValue("reason", e.getMessage())
                    .log("saved state stays behind");
        }
    }

    /** Whether there is a state under the id of a request, be it this one's or not. */
    boolean isSaved(SamplingRequest request) {
        return request.key() != null && byId.containsKey(request.key());
    }

    /** The state of a request. */
    public Optional<State> of(SamplingRequest request) {
        return Optional.ofNullable(byId.get(request.id()))
                .filter(saved -> saved.getRequestSha256().equals(digest(request)))
                .map(saved -> new State(saved.getCheckpoint(), saved.getPlan(), saved.getState()));
    }

    private static String digest(SamplingRequest request) {
        return ArtifactId.of(request.source().value()).hex();
    }

    /** Returns when everything that is committed now is known. */
    public void catchUp(Duration most) throws InterruptedException {
        follower.catchUp(most);
    }

    /** Puts the state into the store; the record is yet to be published. */
    SavedRequest save(ActiveRequest request, SavedSampling state) {
        try {
            ByteBuffer bytes = SavedSampling.getEncoder().encode(state);
            byte[] blob = new byte[bytes.remaining()];
            bytes.get(blob);
            return SavedRequest.newBuilder()
                    .setRequestId(request.request().id())
                    .setRequestSha256(digest(request.request()))
                    .setCheckpoint(request.network().id().hex())
                    .setState(artifacts.put(blob).hex())
                    .setPlan(request.work().planSha256())
                    .setSavedAt(Instant.now())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads how far a request has come.
     *
     * @throws IOException where the blob is no state
     * @throws RuntimeException where it is not there
     */
    public Progress read(State saved) throws IOException {
        return SavedStates.progress(sampling(saved.blob()));
    }

    private SavedSampling sampling(String blob) throws IOException {
        return SavedSampling.getDecoder().decode(artifacts.get(new ArtifactId(blob)));
    }

    @Override
    public CompletableFuture<Void> ended() {
        return follower.ended();
    }

    @Override
    public void close() {
        follower.close();
        deleting.shutdown();
    }
}
