package io.langevin.messaging.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * A hundred thousand partitions, read by processes that finish out of order, die and are replaced,
 * some of them cut short and grown anew: every record is done once.
 */
class ClaimedPartitionSimulationTest {
    private static final int SCHEDULES = 100_000;
    private static final TopicPartition PLACE = new TopicPartition("t", 0);

    @Test
    void every_record_is_done_once_whatever_dies_and_whatever_is_cut() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        for (int n = 0; n < SCHEDULES; n++) {
            try {
                new Schedule(new Random(seed + n)).run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed %d, schedule %d".formatted(seed, n), e);
            }
        }
    }

    /** One partition; a record is an object, so that one at the same offset after a cut differs. */
    private static final class Schedule {
        private final Random random;
        private final List<Optional<Object>> log = new ArrayList<>();
        private final Map<Object, Integer> done = new HashMap<>();
        private final List<Claimed> outstanding = new ArrayList<>();
        private OffsetAndMetadata committed = new OffsetAndMetadata(0, "");
        private ClaimedPartition partition = restored();
        private int cutsLeft;

        private record Claimed(Object record, long offset, int cuts) {}

        private Schedule(Random random) {
            this.random = random;
            this.cutsLeft = random.nextInt(10) == 0 ? 1 : 0;
            grow(1 + random.nextInt(40));
        }

        /** Some offsets have no record: markers of transactions. */
        private void grow(int count) {
            for (int i = 0; i < count; i++) {
                log.add(random.nextInt(5) == 0 ? Optional.empty() : Optional.of(new Object()));
            }
        }

        private void run() {
            for (int turn = 0; !isAllDone(); turn++) {
                assertThat(turn).as("turns").isLessThan(10_000);
                switch (random.nextInt(20)) {
                    case 0 -> die();
                    case 1 -> cut();
                    case 2, 3, 4, 5, 6, 7, 8, 9, 10 -> read();
                    default -> finishOne();
                }
            }
            assertThat(done.values()).allMatch(times -> times == 1);
        }

        private boolean isAllDone() {
            return outstanding.isEmpty()
                    && log.stream().flatMap(Optional::stream).allMatch(done::containsKey);
        }

        private void read() {
            if (partition.isCrowded()) {
                return;
            }
            IntStream.range((int) partition.position(), log.size())
                    .filter(offset -> log.get(offset).isPresent())
                    .findFirst()
                    .ifPresent(
                            offset -> {
                                if (partition.reached(offset, Optional.empty())) {
                                    outstanding.add(
                                            new Claimed(
                                                    log.get(offset).orElseThrow(),
                                                    offset,
                                                    partition.cuts()));
                                }
                            });
        }

        /** Its outputs and its offset commit together. */
        private void finishOne() {
            if (outstanding.isEmpty()) {
                return;
            }
            Claimed claimed = outstanding.remove(random.nextInt(outstanding.size()));
            committed = partition.complete(claimed.offset, claimed.cuts);
            done.merge(claimed.record, 1, Integer::sum);
            assertThat(committed.metadata().length()).isLessThan(OffsetLedger.METADATA_LIMIT);
        }

        private void die() {
            outstanding.clear();
            partition = restored();
        }

        private ClaimedPartition restored() {
            return new ClaimedPartition(
                    PLACE, OffsetLedger.restore(committed.offset(), committed.metadata()));
        }

        /** The reader is told by the first record that lies below what it has read. */
        private void cut() {
            if (cutsLeft == 0 || partition.position() == 0) {
                return;
            }
            cutsLeft--;
            int from = random.nextInt((int) partition.position());
            log.subList(from, log.size()).clear();
            grow(1 + random.nextInt(10));
            assertThat(partition.isCutBelow(from)).isTrue();
            partition.cutAt(from);
            committed = partition.committable();
        }
    }
}
