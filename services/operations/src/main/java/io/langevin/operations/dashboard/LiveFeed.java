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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
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
    private static final int LOSSES = 5_000;
    private static final int LOSSES_SENT = 1_000;
    private static final int JUDGEMENTS = 1_000;
    private static final int PREVIEWS = 1_000;
    private static final int DATASETS = 10_000;
    private static final int POLICIES = 1_000;

    /** Names of models that a page shows. */
    private static final int MODELS = 1_000;

    private static final long IMAGE_BYTES = 64L << 20;
    private static final long PREVIEW_BYTES = 32L << 20;
    private static final long GRID_BYTES = 64L << 20;

    /** Parts of the noise levels that losses are told by. */
    private static final int MOST_PARTS = 64;

    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_DETAIL = 2_000;
    private static final Duration IMAGES_FROM = Duration.ofHours(1);

    /** What still runs is the last to be forgotten. */
    private static final Comparator<JobState> OLDEST_ENDED_FIRST =
            Comparator.comparing((JobState state) -> !JobStages.isEnd(state.getStage()))
                    .thenComparing(JobState::getUpdatedAt);

    private final Map<String, JobState> states = new TreeMap<>();
    private final Deque<GeneratedImage> images = new ArrayDeque<>();
    private long imageBytes;
    private final Map<String, PublishedCheckpoint> models = new TreeMap<>();
    private final Deque<TrainingProgress> losses = new ArrayDeque<>();
    private final Deque<JudgedCheckpoint> judgements = new ArrayDeque<>();
    private final Map<String, DatasetState> datasets = new TreeMap<>();
    private final Map<String, RetrainingPolicy> policies = new TreeMap<>();

    /** The newest of each image, by request and index. */
    private final Map<ImageKey, SamplePreview> previews = new LinkedHashMap<>();

    private long previewBytes;
    private long gridBytes;

    private record ImageKey(String requestId, int index) {}

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
                topics.follow(TRAINING_PROGRESS, beginning, (r, s) -> feed.loss(r, s.key())));
        feed.followers.add(
                topics.follow(MODEL_JUDGEMENTS, beginning, (r, s) -> feed.judged(r, s.key())));
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
            images.addLast(image);
            imageBytes += size(image.getBytes());
            while (images.size() > IMAGES || imageBytes > IMAGE_BYTES) {
                imageBytes -= size(images.removeFirst().getBytes());
            }
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

    private void loss(TrainingProgress progress, String key) {
        if (progress == null || !progress.getRunId().equals(key) || !RecordRules.isId(key)) {
            return;
        }
        TrainingProgress kept =
                progress.getHeldOutLossByNoise().size() <= MOST_PARTS
                        ? progress
                        : TrainingProgress.newBuilder(progress)
                                .setHeldOutLossByNoise(List.of())
                                .build();
        synchronized (this) {
            losses.addLast(kept);
            if (losses.size() > LOSSES) {
                losses.removeFirst();
            }
        }
        tell(new Change.Loss(kept));
    }

    private void judged(JudgedCheckpoint judgement, String key) {
        if (judgement == null || !judgement.getRunId().equals(key) || !RecordRules.isId(key)) {
            return;
        }
        synchronized (this) {
            judgements.addLast(judgement);
            gridBytes += size(judgement.getGrid());
            while (judgements.size() > JUDGEMENTS || gridBytes > GRID_BYTES) {
                gridBytes -= size(judgements.removeFirst().getGrid());
            }
        }
        tell(new Change.Judged(judgement));
    }

    private void preview(SamplePreview preview, String key) {
        if (preview == null || !preview.getRequestId().equals(key) || !RecordRules.isId(key)) {
            return;
        }
        synchronized (this) {
            var image = new ImageKey(key, preview.getIndex());
            SamplePreview before = previews.remove(image);
            previews.put(image, preview);
            previewBytes += size(preview.getBytes());
            previewBytes -= before == null ? 0 : size(before.getBytes());
            var oldest = previews.values().iterator();
            while (previews.size() > PREVIEWS || previewBytes > PREVIEW_BYTES) {
                previewBytes -= size(oldest.next().getBytes());
                oldest.remove();
            }
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

    /** Of the run that is trained now, or was last. */
    private List<TrainingProgress> newestLosses() {
        List<TrainingProgress> of =
                losses.isEmpty() ? List.of() : progress(losses.getLast().getRunId());
        return of.subList(Math.max(0, of.size() - LOSSES_SENT), of.size());
    }

    /** Of a run, in their order. */
    synchronized List<TrainingProgress> progress(String runId) {
        return losses.stream().filter(progress -> progress.getRunId().equals(runId)).toList();
    }

    /** Of a run, in their order. */
    synchronized List<JudgedCheckpoint> judgements(String runId) {
        return judgements.stream().filter(judged -> judged.getRunId().equals(runId)).toList();
    }

    /** The newest one of an image, a PNG. */
    synchronized Optional<ByteBuffer> preview(String requestId, int index) {
        return Optional.ofNullable(previews.get(new ImageKey(requestId, index)))
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
            newestLosses().forEach(progress -> now.add(new Change.Loss(progress)));
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
        return FirstFailure.of(followers.stream().map(Follower::ended).toList());
    }

    @Override
    public void close() {
        followers.forEach(Follower::close);
    }
}
