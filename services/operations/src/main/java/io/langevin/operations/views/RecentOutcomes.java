package io.langevin.operations.views;

import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;

import io.langevin.messaging.follow.Follower;
import io.langevin.messaging.follow.Followers;
import io.langevin.messaging.follow.From;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.process.FollowedView;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

/** How requests of the last hour ended: rates and latencies. Safe to use from several threads. */
public final class RecentOutcomes implements FollowedView {
    /** So far back. */
    public static final Duration SPAN = Duration.ofHours(1);

    private static final int MOST = 100_000;
    private static final int MOST_MODELS = 100;

    private final Clock clock;
    private final Deque<Ended> ended = new ArrayDeque<>();
    private Follower follower;

    private record Ended(
            Instant at,
            String model,
            SampleStatus status,
            int images,
            long queuedMillis,
            long computedMillis) {}

    /**
     * What ended within a minute.
     *
     * @param begin of the minute
     */
    public record Minute(Instant begin, int completed, int failed, int images) {}

    /** Milliseconds that half, 95 in 100 and 99 in 100 completed requests did not exceed. */
    public record Percentiles(long half, long most, long nearlyAll) {}

    /**
     * @param minutes of the span, the oldest first; those without a request among them
     * @param queued until the first network call
     * @param computed from there to the end
     * @param imagesByModel images of completed requests
     */
    public record Summary(
            List<Minute> minutes,
            Percentiles queued,
            Percentiles computed,
            Map<String, Integer> imagesByModel) {}

    private RecentOutcomes(Clock clock) {
        this.clock = clock;
    }

    /** Follows outcomes from an hour ago. */
    public static RecentOutcomes following(Followers topics, Clock clock)
            throws InterruptedException {
        var recent = new RecentOutcomes(clock);
        recent.follower =
                topics.follow(
                        SAMPLING_OUTCOMES,
                        new From.Time(clock.instant().minus(SPAN)),
                        (outcome, source) ->
                                recent.add(outcome, Instant.ofEpochMilli(source.timestamp())));
        return recent;
    }

    private synchronized void add(SampleOutcome outcome, Instant at) {
        if (outcome == null || at.isBefore(clock.instant().minus(SPAN))) {
            return;
        }
        ended.addLast(
                new Ended(
                        at,
                        RecordRules.isModelName(outcome.getModel()) ? outcome.getModel() : "",
                        outcome.getStatus(),
                        outcome.getImages(),
                        outcome.getQueuedMillis(),
                        outcome.getComputedMillis()));
        forget();
    }

    private void forget() {
        Instant before = clock.instant().minus(SPAN);
        while (!ended.isEmpty() && (ended.size() > MOST || ended.peek().at().isBefore(before))) {
            ended.removeFirst();
        }
    }

    public synchronized Summary summary() {
        forget();
        Instant last = clock.instant().truncatedTo(ChronoUnit.MINUTES);
        int count = (int) SPAN.toMinutes();
        int[][] sums = new int[count][3];
        Map<String, Integer> byModel = new TreeMap<>();
        for (Ended one : ended) {
            long ago = Duration.between(one.at().truncatedTo(ChronoUnit.MINUTES), last).toMinutes();
            boolean completed = one.status() == SampleStatus.COMPLETED;
            if (ago >= 0 && ago < count) {
                int[] minute = sums[count - 1 - (int) ago];
                minute[completed ? 0 : 1]++;
                minute[2] += completed ? one.images() : 0;
            }
            if (completed && (byModel.size() < MOST_MODELS || byModel.containsKey(one.model()))) {
                byModel.merge(one.model(), one.images(), Integer::sum);
            }
        }
        List<Minute> minutes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Instant begin = last.minus(Duration.ofMinutes(count - 1L - i));
            minutes.add(new Minute(begin, sums[i][0], sums[i][1], sums[i][2]));
        }
        return new Summary(
                minutes,
                percentiles(Ended::queuedMillis),
                percentiles(Ended::computedMillis),
                byModel);
    }

    private Percentiles percentiles(ToLongFunction<Ended> millis) {
        long[] sorted =
                ended.stream()
                        .filter(one -> one.status() == SampleStatus.COMPLETED)
                        .mapToLong(millis)
                        .sorted()
                        .toArray();
        return new Percentiles(at(sorted, 0.5), at(sorted, 0.95), at(sorted, 0.99));
    }

    /** The smallest number that so large a share does not exceed. */
    private static long at(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    @Override
    public CompletableFuture<Void> ended() {
        return follower.ended();
    }

    @Override
    public void close() {
        follower.close();
    }
}
