package io.langevin.operations.dashboard;

import static io.langevin.messaging.Topics.DATASETS_STATES;
import static io.langevin.messaging.Topics.JOB_STATES;
import static io.langevin.messaging.Topics.MODEL_CHECKPOINTS;
import static io.langevin.messaging.Topics.MODEL_JUDGEMENTS;
import static io.langevin.messaging.Topics.RETRAINING_POLICIES;
import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static io.langevin.messaging.Topics.TRAINING_PROGRESS;

import io.langevin.messaging.KafkaConfig;
import io.langevin.messaging.Schemas;
import io.langevin.messaging.follow.FirstFailure;
import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.rules.JobStages;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.FollowedView;
import io.langevin.records.DatasetState;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import io.langevin.records.JudgedCheckpoint;
import io.langevin.records.PublishedCheckpoint;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.SamplePreview;
import io.langevin.records.TrainingProgress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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
    private static final int STATES = 20_000;
    private static final int STATES_FORGOTTEN_AT_ONCE = 1_000;

    /** States that a page is sent when it opens; it asks for older ones. */
    private static final int STATES_SENT = 300;

    private static final int IMAGES = 120;
    private static final int PREVIEWS = 1_000;
    private static final int DATASETS = 10_000;
    private static final int POLICIES = 1_000;

    /** Names of models that a page shows. */
    private static final int MODELS = 1_000;

    private static final long IMAGE_BYTES = 64L << 20;
    private static final long PREVIEW_BYTES = 32L << 20;

    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_DETAIL = 2_000;
    private static final Duration IMAGES_FROM = Duration.ofHours(1);

    /** What still runs is the last to be forgotten. */
    private static final Comparator<JobState> OLDEST_ENDED_FIRST =
            Comparator.comparing((JobState state) -> !JobStages.isEnd(state.getStage()))
                    .thenComparing(JobState::getUpdatedAt);

    private final Map<String, JobState> states = new TreeMap<>();
    private final Newest<GeneratedImage> images = new Newest<>(IMAGES, IMAGE_BYTES);
    private final Map<String, PublishedCheckpoint> models = new TreeMap<>();
    private final TrainedRuns runs = new TrainedRuns();
    private final Map<String, DatasetState> datasets = new TreeMap<>();
    private final Map<String, RetrainingPolicy> policies = new TreeMap<>();

    private final Newest<SamplePreview> previews = new Newest<>(PREVIEWS, PREVIEW_BYTES);

    private final List<Consumer<Change>> listeners = new CopyOnWriteArrayList<>();
    private final List<Follower> followers = new ArrayList<>();

    /** Something new for whoever watches. */
    sealed interface Change {
        record State(JobState state) implements Change {}

        record Image(GeneratedImage image) implements Change {}

        record Model(PublishedCheckpoint checkpoint) implements Change {}

        record ModelGone(String model) implements Change {}

        record Loss(TrainingProgress progress) implements Change {}

        record Judged(JudgedCheckpoint judgement) implements Change {}

        record Preview(SamplePreview preview) implements Change {}

        record Dataset(DatasetState state) implements Change {}
    }

    public static LiveFeed following(KafkaConfig kafka, Schemas schemas)
            throws InterruptedException {
        return following(Followers.of(kafka, schemas));
    }

    static LiveFeed following(Followers topics) throws InterruptedException {
        LiveFeed feed = new LiveFeed();
        var beginning = new From.Beginning();
        var recent = new From.Time(Instant.now().minus(IMAGES_FROM));
        feed.followers.add(topics.follow(JOB_STATES, beginning, (r, s) -> feed.state(r, s.key())));
        feed.followers.add(
                topics.follow(SAMPLING_IMAGES, recent, (r, s) -> feed.image(r, s.key())));
        feed.followers.add(
                topics.follow(MODEL_CHECKPOINTS, beginning, (r, s) -> feed.model(r, s.key())));
        feed.followers.add(
                topics.follow(
                        TRAINING_PROGRESS,
                        beginning,
                        (r, s) ->
                                feed.runs
                                        .progress(r, s.key())
                                        .map(Change.Loss::new)
                                        .ifPresent(feed::tell)));
        feed.followers.add(
                topics.follow(
                        MODEL_JUDGEMENTS,
                        beginning,
                        (r, s) ->
                                feed.runs
                                        .judged(r, s.key())
                                        .map(Change.Judged::new)
                                        .ifPresent(feed::tell)));
        feed.followers.add(
                topics.follow(
                        SAMPLING_PREVIEWS, new From.Now(), (r, s) -> feed.preview(r, s.key())));
        feed.followers.add(
                topics.follow(DATASETS_STATES, beginning, (r, s) -> feed.dataset(r, s.key())));
        feed.followers.add(
                topics.follow(RETRAINING_POLICIES, beginning, (r, s) -> feed.policy(r, s.key())));
        return feed;
    }

    private static String shortOrNone(String name) {
        return name == null ? null : RecordRules.abbreviated(name, LONGEST_NAME);
    }

    private void state(JobState whole, String key) {
        if (whole == null) {
            synchronized (this) {
                states.remove(key);
            }
            return;
        }
        if (!whole.getId().equals(key) || !RecordRules.isId(key)) {
            return;
        }
        JobState state =
                JobState.newBuilder(whole)
                        .setModel(RecordRules.abbreviated(whole.getModel(), LONGEST_NAME))
                        .setDetail(RecordRules.abbreviated(whole.getDetail(), LONGEST_DETAIL))
                        .setPolicy(shortOrNone(whole.getPolicy()))
                        .setCheckpoint(shortOrNone(whole.getCheckpoint()))
                        .build();
        synchronized (this) {
            states.put(state.getId(), state);
            if (states.size() >= STATES + STATES_FORGOTTEN_AT_ONCE) {
                states.values().stream()
                        .sorted(OLDEST_ENDED_FIRST)
                        .limit(STATES_FORGOTTEN_AT_ONCE)
                        .map(JobState::getId)
                        .toList()
                        .forEach(states::remove);
            }
        }
        tell(new Change.State(state));
    }

    private void image(GeneratedImage image, String key) {
        if (image == null || !image.getRequestId().equals(key) || !RecordRules.isId(key)) {
            return;
        }
        synchronized (this) {
            images.add(image, size(image.getBytes()));
        }
        tell(new Change.Image(image));
    }

    private void model(PublishedCheckpoint checkpoint, String key) {
        if (checkpoint == null) {
            gone(key);
            return;
        }
        if (!checkpoint.getModel().equals(key) || !RecordRules.isModelName(key)) {
            return;
        }
        synchronized (this) {
            if (models.size() >= MODELS && !models.containsKey(key)) {
                return;
            }
            models.put(key, checkpoint);
        }
        tell(new Change.Model(checkpoint));
    }

    private void gone(String model) {
        synchronized (this) {
            if (model == null || models.remove(model) == null) {
                return;
            }
        }
        tell(new Change.ModelGone(model));
    }

    private static long size(ByteBuffer bytes) {
        return bytes == null ? 0 : bytes.remaining();
    }

    private void preview(SamplePreview preview, String key) {
        if (preview == null || !preview.getRequestId().equals(key) || !RecordRules.isId(key)) {
            return;
        }
        synchronized (this) {
            previews.add(preview, size(preview.getBytes()));
        }
        tell(new Change.Preview(preview));
    }

    private void dataset(DatasetState state, String key) {
        synchronized (this) {
            if (state == null) {
                datasets.remove(String.valueOf(key));
                return;
            }
            boolean fits = datasets.size() < DATASETS || datasets.containsKey(key);
            if (!state.getDataset().equals(key) || !RecordRules.isModelName(key) || !fits) {
                return;
            }
            datasets.put(key, state);
        }
        tell(new Change.Dataset(state));
    }

    private synchronized void policy(RetrainingPolicy policy, String key) {
        if (policy == null) {
            policies.remove(String.valueOf(key));
        } else if (policy.getPolicyId().equals(key)
                && RecordRules.isModelName(key)
                && (policies.size() < POLICIES || policies.containsKey(key))) {
            policies.put(key, policy);
        }
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

    /** How trainings went, and what they were judged. */
    TrainedRuns runs() {
        return runs;
    }

    /** The newest one of an image, a PNG. */
    synchronized Optional<ByteBuffer> preview(String requestId, int index) {
        return previews.stream()
                .filter(p -> p.getRequestId().equals(requestId) && p.getIndex() == index)
                .reduce((older, newer) -> newer)
                .map(SamplePreview::getBytes);
    }

    synchronized List<DatasetState> datasets() {
        return List.copyOf(datasets.values());
    }

    synchronized List<RetrainingPolicy> policies() {
        return List.copyOf(policies.values());
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
            states().stream().limit(STATES_SENT).forEach(state -> now.add(new Change.State(state)));
            datasets.values().forEach(state -> now.add(new Change.Dataset(state)));
            runs.newest().forEach(progress -> now.add(new Change.Loss(progress)));
            images.stream().forEach(image -> now.add(new Change.Image(image)));
            listeners.add(listener);
        }
        return now;
    }

    void forget(Consumer<Change> listener) {
        listeners.remove(listener);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return FirstFailure.of(followers.stream().map(Follower::ended).toList());
    }

    @Override
    public void close() {
        followers.forEach(Follower::close);
    }
}
