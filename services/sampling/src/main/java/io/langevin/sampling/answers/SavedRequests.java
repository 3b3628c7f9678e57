package io.langevin.sampling.answers;

import static io.langevin.messaging.Topics.SAMPLING_SAVED;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.stream.Claim;
import io.langevin.process.FollowedView;
import io.langevin.records.SampleRequest;
import io.langevin.records.SavedRequest;
import io.langevin.records.SavedSampling;
import io.langevin.records.SavedTrajectory;
import io.langevin.sampling.DaemonThreads;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.SavedStates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
            read(before);
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
    boolean isSaved(Claim<SampleRequest> claim) {
        return claim.source().key() != null && byId.containsKey(claim.source().key());
    }

    /** The state of a request. */
    public Optional<SavedRequest> of(Claim<SampleRequest> claim) {
        return Optional.ofNullable(byId.get(claim.record().getRequestId()))
                .filter(saved -> saved.getRequestSha256().equals(digest(claim)));
    }

    private static String digest(Claim<SampleRequest> claim) {
        return ArtifactId.of(claim.source().value()).hex();
    }

    /** Returns when everything that is committed now is known. */
    public void catchUp(Duration most) throws InterruptedException {
        follower.catchUp(most);
    }

    /** Puts the state into the store; the record is yet to be published. */
    SavedRequest save(ActiveRequest request) {
        List<SavedTrajectory> trajectories =
                request.parked().stream()
                        .map(parked -> SavedStates.record(parked.owner().index(), parked.saved()))
                        .toList();
        var state =
                SavedSampling.newBuilder()
                        .setImages(request.images())
                        .setTrajectories(trajectories)
                        .setFirstCallAt(request.firstCall().orElseThrow())
                        .build();
        try {
            ByteBuffer bytes = SavedSampling.getEncoder().encode(state);
            byte[] blob = new byte[bytes.remaining()];
            bytes.get(blob);
            return SavedRequest.newBuilder()
                    .setRequestId(request.request().getRequestId())
                    .setRequestSha256(digest(request.claim()))
                    .setCheckpoint(request.network().id().hex())
                    .setState(artifacts.put(blob).hex())
                    .setSavedAt(Instant.now())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @throws IOException where the blob is no state
     * @throws RuntimeException where it is not there
     */
    public SavedSampling read(SavedRequest saved) throws IOException {
        byte[] blob = artifacts.get(new ArtifactId(saved.getState()));
        return SavedSampling.getDecoder().decode(blob);
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
