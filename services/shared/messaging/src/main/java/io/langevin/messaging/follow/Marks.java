package io.langevin.messaging.follow;

import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/**
 * Those who wait until a follower has come as far as the topic went when they asked. Safe to use
 * from several threads.
 */
final class Marks {
    private final Queue<Mark> marks = new ConcurrentLinkedQueue<>();

    /**
     * @param passed what somebody waits for
     * @param ends how far the topic went
     */
    private record Mark(
            CompletableFuture<Boolean> passed, CompletableFuture<Map<TopicPartition, Long>> ends) {}

    /** Completes with true once {@link #pass} has found it so, or with false after a time. */
    CompletableFuture<Boolean> add(
            CompletableFuture<Map<TopicPartition, Long>> ends, Duration most) {
        var mark = new Mark(new CompletableFuture<>(), ends);
        ends.exceptionally(
                failure -> {
                    mark.passed.complete(false);
                    return Map.of();
                });
        marks.add(mark);
        mark.passed
                .completeOnTimeout(false, most.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((passed, failure) -> marks.remove(mark));
        return mark.passed;
    }

    boolean isEmpty() {
        return marks.isEmpty();
    }

    /**
     * @param isPast whether the follower is past these ends
     */
    void pass(Predicate<Map<TopicPartition, Long>> isPast) {
        for (Mark mark : marks) {
            boolean known = mark.ends.isDone() && !mark.ends.isCompletedExceptionally();
            if (known && isPast.test(mark.ends.join())) {
                mark.passed.complete(true);
            }
        }
    }

    void fail(Throwable why) {
        marks.forEach(mark -> mark.passed.completeExceptionally(why));
    }
}
