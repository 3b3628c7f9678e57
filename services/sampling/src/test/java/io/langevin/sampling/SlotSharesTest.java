package io.langevin.sampling;

import static io.langevin.records.Priority.BATCH;
import static io.langevin.records.Priority.INTERACTIVE;
import static io.langevin.records.Priority.STANDARD;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.Priority;
import io.langevin.sampling.SlotShares.Demand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlotSharesTest {
    @Test
    void a_small_request_has_all_that_it_wants_beside_a_large_one() {
        assertThat(shares(8, 1, of(STANDARD, "", 10_000), of(STANDARD, "", 2)))
                .containsExactly(6, 2);
    }

    @Test
    void tenants_have_equal_parts_however_many_requests_they_send() {
        assertThat(
                        shares(
                                12,
                                1,
                                of(STANDARD, "a", 50),
                                of(STANDARD, "a", 50),
                                of(STANDARD, "a", 50),
                                of(STANDARD, "b", 50)))
                .containsExactly(2, 2, 2, 6);
    }

    @Test
    void interactive_goes_first_but_the_others_keep_their_reserve() {
        assertThat(
                        shares(
                                20,
                                2,
                                of(BATCH, "", 100),
                                of(STANDARD, "", 100),
                                of(INTERACTIVE, "", 100)))
                .containsExactly(2, 2, 16);
    }

    @Test
    void what_nobody_before_it_wants_goes_to_batch() {
        assertThat(shares(20, 2, of(INTERACTIVE, "", 3), of(BATCH, "", 100)))
                .containsExactly(3, 17);
        assertThat(shares(20, 2, of(INTERACTIVE, "", 100), of(BATCH, "", 1)))
                .containsExactly(19, 1);
    }

    @Test
    void slots_are_never_left_empty_nor_given_twice() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<Demand> demands = new ArrayList<>();
            for (int i = random.nextInt(12); i >= 0; i--) {
                demands.add(
                        of(
                                Priority.values()[random.nextInt(3)],
                                "" + random.nextInt(3),
                                1 + random.nextInt(30)));
            }
            int slots = 1 + random.nextInt(64);
            int[] shares = SlotShares.of(demands, slots, random.nextInt(1 + slots / 2));
            int wanted = demands.stream().mapToInt(Demand::images).sum();
            assertThat(Arrays.stream(shares).sum())
                    .as("seed %d, %s", seed, demands)
                    .isEqualTo(Math.min(slots, wanted));
            for (int i = 0; i < shares.length; i++) {
                assertThat(shares[i]).isBetween(0, demands.get(i).images());
            }
        }
    }

    private static Demand of(Priority priority, String tenant, int images) {
        return new Demand(priority, tenant, images);
    }

    private static int[] shares(int slots, int reserve, Demand... demands) {
        return SlotShares.of(List.of(demands), slots, reserve);
    }
}
