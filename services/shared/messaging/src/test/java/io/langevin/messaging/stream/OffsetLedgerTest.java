package io.langevin.messaging.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class OffsetLedgerTest {

    @Property(tries = 300)
    void remembers_exactly_what_is_done_in_any_order_and_across_restarts(
            @ForAll @IntRange(min = 1, max = 200) int records,
            @ForAll @IntRange(min = 0, max = 200) int completed,
            @ForAll long seed) {
        long first = 1_000_000;
        List<Long> order =
                new ArrayList<>(LongStream.range(first, first + records).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        List<Long> done = order.subList(0, Math.min(completed, records));
        OffsetLedger ledger = OffsetLedger.startingAt(first);

        for (long offset : done) {
            ledger.complete(offset);
            if (offset % 3 == 0) {
                ledger = OffsetLedger.restore(ledger.committable(), ledger.metadata());
            }
        }

        for (long offset : order) {
            assertThat(ledger.isDone(offset)).as("%d", offset).isEqualTo(done.contains(offset));
        }
        long expected =
                order.stream()
                        .filter(o -> !done.contains(o))
                        .min(Long::compare)
                        .orElse(first + records);
        assertThat(ledger.committable()).isEqualTo(expected);
    }

    @Test
    void offsets_without_a_record_are_done_when_they_are_passed() {
        OffsetLedger ledger = OffsetLedger.startingAt(10);
        ledger.complete(12);
        ledger.complete(15);
        ledger.completeRange(11, 20); // 12 and 15 lie inside

        assertThat(ledger.metadata()).isEqualTo("1-a");
        assertThat(ledger.isDone(20)).isTrue();
        ledger.complete(10);
        assertThat(ledger.committable()).isEqualTo(21);
        assertThat(ledger.metadata()).isEmpty();
    }

    @Test
    void metadata_is_a_list_of_ranges_relative_to_the_offset() {
        OffsetLedger ledger = OffsetLedger.startingAt(100);
        for (long offset : new long[] {102, 105, 106, 107, 140}) {
            ledger.complete(offset);
        }

        assertThat(ledger.committable()).isEqualTo(100);
        assertThat(ledger.metadata()).isEqualTo("2,5-7,14"); // 40 in base 36

        ledger.complete(100);
        ledger.complete(101);
        assertThat(ledger.committable()).isEqualTo(103);
        assertThat(ledger.metadata()).isEqualTo("2-4,11");
    }

    @Test
    void is_crowded_before_the_metadata_outgrows_kafkas_limit() {
        OffsetLedger ledger = OffsetLedger.startingAt(0);
        long offset = 2_000_000_000;
        while (!ledger.isCrowded(1)) {
            ledger.complete(offset);
            offset += 2_000_000_000;
        }
        assertThat(ledger.metadata().length()).isLessThan(OffsetLedger.METADATA_LIMIT);
    }
}
