package io.langevin.sampling.slots;

import static io.langevin.sampling.request.Priority.BATCH;
import static io.langevin.sampling.request.Priority.INTERACTIVE;
import static io.langevin.sampling.request.Priority.STANDARD;
import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.sampling.request.Priority;
import io.langevin.sampling.slots.SlotShares.Demand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
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
                .containsExactly(6, 0, 0, 6);
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
        for (int round = 0; round < 100_000; round++) {
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

    /** A request of one tenant on a device of some slots, where every image takes some calls. */
    private static final class Simulated {
        private final int arrives;
        private final int images;
        private final double[] done;
        private double end = Double.NaN;
        private int endedAt;
        private int evenlyEndedAt;

        private Simulated(int arrives, int images) {
            this.arrives = arrives;
            this.images = images;
            this.done = new double[images];
        }

        private List<Integer> unfinished() {
            return IntStream.range(0, images).filter(i -> done[i] < ROWS).boxed().toList();
        }
    }

    private static final int ROWS = 10;

    @Test
    void no_request_ends_later_than_if_all_had_equal_parts() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        double ours = 0;
        double even = 0;
        for (int round = 0; round < 500; round++) {
            int slots = 1 + random.nextInt(16);
            List<Simulated> requests =
                    simulated(random.ints(12, 0, 150).toArray(), random.ints(12, 1, 20).toArray());
            simulate(requests, slots);
            for (Simulated request : requests) {
                // an image is not divided over slots: one image's time is the grain
                assertThat(request.endedAt)
                        .as("seed %d, round %d", seed, round)
                        .isLessThanOrEqualTo(request.evenlyEndedAt + 2 * ROWS);
                ours += request.endedAt - request.arrives;
                even += request.evenlyEndedAt - request.arrives;
            }
        }
        assertThat(ours).as("mean time, seed %d", seed).isLessThan(0.8 * even);
    }

    private static List<Simulated> simulated(int[] arrivals, int[] images) {
        return IntStream.range(0, arrivals.length)
                .mapToObj(i -> new Simulated(arrivals[i], images[i]))
                .sorted(Comparator.comparingInt(request -> request.arrives))
                .toList();
    }

    private static void simulate(List<Simulated> all, int slots) {
        var clock = new VirtualTime();
        for (int call = 0; all.stream().anyMatch(r -> !r.unfinished().isEmpty()); call++) {
            int now = call;
            List<Simulated> here =
                    all.stream()
                            .filter(r -> r.arrives <= now && !r.unfinished().isEmpty())
                            .toList();
            for (Simulated request : here) {
                if (Double.isNaN(request.end)) {
                    request.end = clock.enter((long) request.images * ROWS);
                }
            }
            List<Demand> demands =
                    here.stream()
                            .map(r -> new Demand(STANDARD, "", r.unfinished().size(), r.end))
                            .toList();
            int[] shares = SlotShares.of(demands, slots, 0);
            for (int i = 0; i < shares.length; i++) {
                for (int image : here.get(i).unfinished().subList(0, shares[i])) {
                    here.get(i).done[image]++;
                    here.get(i).endedAt = call + 1;
                }
            }
            clock.pass(Arrays.stream(shares).sum());
            for (Simulated request : all) {
                if (request.evenlyEndedAt == 0 && request.end <= clock.now() + 1e-9) {
                    request.evenlyEndedAt = call + 1;
                }
            }
        }
        all.stream().filter(r -> r.evenlyEndedAt == 0).forEach(r -> r.evenlyEndedAt = r.endedAt);
    }

    /** Of requests that came one after the other and are as large as what is left of them. */
    private static Demand of(Priority priority, String tenant, int images) {
        return new Demand(priority, tenant, images, images);
    }

    private static int[] shares(int slots, int reserve, Demand... demands) {
        return SlotShares.of(List.of(demands), slots, reserve);
    }
}
