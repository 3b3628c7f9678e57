package io.langevin.operations.workflow;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Deletes, once in a while, what a store has of things that are long over. */
final class Forgetting<V> {
    /** A request's records are kept for 7 days, a run's for 30: who could ask is gone before. */
    static final Duration REQUESTS_KEPT = Duration.ofDays(8);

    static final Duration RUNS_KEPT = Duration.ofDays(31);

    private static final Duration EVERY = Duration.ofMinutes(10);

    /** A round holds up the events behind it. */
    private static final int MOST_A_ROUND = 10_000;

    private final BiPredicate<V, Instant> over;
    private final Clock clock;
    private Optional<Cancellable> punctuation = Optional.empty();

    /**
     * @param over whether something was over at this time
     */
    Forgetting(BiPredicate<V, Instant> over, Clock clock) {
        this.over = over;
        this.clock = clock;
    }

    /**
     * @param kept how long after its end something stays
     * @param forgotten is told of each key that was deleted
     */
    void start(
            ProcessorContext<?, ?> context,
            KeyValueStore<String, V> store,
            Duration kept,
            Consumer<String> forgotten) {
        punctuation.ifPresent(Cancellable::cancel);
        punctuation =
                Optional.of(
                        context.schedule(
                                EVERY,
                                PunctuationType.WALL_CLOCK_TIME,
                                time -> forget(store, Instant.now(clock).minus(kept), forgotten)));
    }

    private void forget(
            KeyValueStore<String, V> store, Instant before, Consumer<String> forgotten) {
        List<String> old = new ArrayList<>();
        try (KeyValueIterator<String, V> all = store.all()) {
            while (all.hasNext() && old.size() < MOST_A_ROUND) {
                KeyValue<String, V> next = all.next();
                if (over.test(next.value, before)) {
                    old.add(next.key);
                }
            }
        }
        for (String key : old) {
            store.delete(key);
            forgotten.accept(key);
        }
    }
}
