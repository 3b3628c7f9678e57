package io.langevin.operations.dashboard;

import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.FirstFailure;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.follow.TopicFollower;
import io.langevin.messaging.rules.JobStages;
import io.langevin.process.FollowedView;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.TrainingProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What the dashboard shows: the newest states, images, models and losses, kept in memory in bounded
 * numbers, and every change passed on as it comes. Safe to use from several threads.
 */
public final class LiveFeed implements FollowedView {
    private static final int STATES = 500;
    private static final int IMAGES = 120;
    private static final int LOSSES = 2_000;
    private static final Duration IMAGES_FROM = Duration.ofHours(1);

    /** What still runs is the last to be forgotten. */
    private static final Comparator<JobState> OLDEST_ENDED_FIRST =
            Comparator.comparing((JobState state) -> !JobStages.isEnd(state.getStage()))
                    .thenComparing(JobState::getUpdatedAt);

    private final Map<String, JobState> states = new TreeMap<>();
    private final Deque<GeneratedImage> images = new ArrayDeque<>();
    private final Map<String, PublishedCheckpoint> models = new TreeMap<>();
    private final Deque<TrainingProgress> losses = new ArrayDeque<>();
    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private final List<TopicFollower<?>> followers = new ArrayList<>();

    /** Something new for whoever watches. */
    sealed interface Change {
        record State(JobState state) implements Change {}

        record Image(GeneratedImage image) implements Change {}

        record Model(PublishedCheckpoint checkpoint) implements Change {}

        record Loss(TrainingProgress progress) implements Change {}
    }

    public static LiveFeed following(KafkaConfig kafka, Schemas schemas)
            throws InterruptedException {
        LiveFeed feed = new LiveFeed();
        var beginning = new From.Beginning();
        feed.followers.add(
                TopicFollower.start(
                        kafka, schemas, JOB_STATES, beginning, (r, s) -> feed.state(r, s.key())));
        feed.followers.add(
                TopicFollower.start(
                        kafka,
                        schemas,
                        SAMPLING_IMAGES,
                        new From.Time(Instant.now().minus(IMAGES_FROM)),
                        (r, s) -> feed.image(r)));
        feed.followers.add(
                TopicFollower.start(
                        kafka,
                        schemas,
                        MODEL_CHECKPOINTS,
                        beginning,
                        (r, s) -> feed.model(r, s.key())));
        feed.followers.add(
                TopicFollower.start(
                        kafka, schemas, TRAINING_PROGRESS, beginning, (r, s) -> feed.loss(r)));
        return feed;
    }

    private void state(JobState state, String key) {
        if (state == null || !state.getId().equals(key)) {
            return;
        }
        synchronized (this) {
            states.put(state.getId(), state);
            if (states.size() > STATES) {
                states.values().stream()
                        .min(OLDEST_ENDED_FIRST)
                        .map(JobState::getId)
                        .ifPresent(states::remove);
            }
        }
        tell(new Change.State(state));
    }

    private void image(GeneratedImage image) {
        if (image == null) {
            return;
        }
        synchronized (this) {
            images.addLast(image);
            if (images.size() > IMAGES) {
                images.removeFirst();
            }
        }
        tell(new Change.Image(image));
    }

    private void model(PublishedCheckpoint checkpoint, String key) {
        if (checkpoint == null || !checkpoint.getModel().equals(key)) {
            return;
        }
        synchronized (this) {
            models.put(checkpoint.getModel(), checkpoint);
        }
        tell(new Change.Model(checkpoint));
    }

    private void loss(TrainingProgress progress) {
        if (progress == null) {
            return;
        }
        synchronized (this) {
            losses.addLast(progress);
            if (losses.size() > LOSSES) {
                losses.removeFirst();
            }
        }
        tell(new Change.Loss(progress));
    }

    private void tell(Change change) {
        listeners.forEach(listener -> listener.accept(change));
    }

    /** Newest first. */
    synchronized List<JobState> states() {
        return states.values().stream()
                .sorted(Comparator.comparing(JobState::getUpdatedAt).reversed())
                .toList();
    }

    synchronized Optional<JobState> state(String id) {
        return Optional.ofNullable(states.get(id));
    }

    synchronized List<PublishedCheckpoint> models() {
        return List.copyOf(models.values());
    }

    synchronized Optional<GeneratedImage> image(String requestId, int index) {
        return images.stream()
                .filter(i -> i.getRequestId().equals(requestId) && i.getIndex() == index)
                .findFirst();
    }

    /**
     * Everything there is now; from then on {@code listener} is told every change, until removed.
     */
    List<Change> listen(Consumer<Change> listener) {
        List<Change> now = new ArrayList<>();
        synchronized (this) {
            models.values().forEach(model -> now.add(new Change.Model(model)));
            states.values().forEach(state -> now.add(new Change.State(state)));
            losses.forEach(progress -> now.add(new Change.Loss(progress)));
            images.forEach(image -> now.add(new Change.Image(image)));
            listeners.add(listener);
        }
        return now;
    }

    void forget(Consumer<Change> listener) {
        listeners.remove(listener);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return FirstFailure.of(followers.stream().map(TopicFollower::ended).toList());
    }

    @Override
    public void close() {
        followers.forEach(TopicFollower::close);
    }
}
