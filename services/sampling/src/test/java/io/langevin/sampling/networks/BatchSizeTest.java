package io.langevin.sampling.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.trajectory.ScoreNetwork;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class BatchSizeTest {
    private long clock;

    /** A device with a clock of its own. */
    private ScoreNetwork taking(IntToLongFunction nanos) {
        return new ScoreNetwork() {
            @Override
            public int dimension() {
                return 1;
            }

            @Override
            public void evaluate(float[] x, float[] sigma, float[] f, int count) {
                clock += nanos.applyAsLong(count);
            }
        };
    }

    private int measured(IntToLongFunction nanos, int most) {
        try (var device = new Device()) {
            return BatchSize.measured(taking(nanos), most, device, () -> clock);
        }
    }

    @Test
    void a_device_that_takes_as_long_for_64_images_as_for_one_gets_64() {
        assertThat(measured(n -> 1_000_000L * ((n + 63) / 64), 256)).isEqualTo(64);
    }

    @Test
    void a_device_that_takes_twice_as_long_for_two_gets_the_fewest() {
        assertThat(measured(n -> 1_000_000L * n, 256)).isEqualTo(16);
    }

    /** Calls of 64 take 80 ms and of 128 120: more images a second, but others wait longer. */
    @Test
    void calls_do_not_grow_beyond_a_tenth_of_a_second() {
        assertThat(measured(n -> 40_000_000L + n * 625_000L, 256)).isEqualTo(64);
        assertThat(measured(n -> 1_000_000_000L, 256)).isEqualTo(16);
    }

    @Test
    void a_step_that_brings_nothing_is_looked_beyond_once() {
        // 32 images are no faster than 16, 64 are
        assertThat(measured(n -> n <= 16 ? 1_000_000L : 2_000_000L * ((n + 63) / 64), 256))
                .isEqualTo(64);
    }

    @Test
    void memory_is_the_limit_of_a_device_that_never_has_enough() {
        assertThat(measured(n -> 1_000_000L, 50)).isEqualTo(32);
        assertThat(measured(n -> 1_000_000L, 5)).isEqualTo(5);
    }

    @Test
    void calls_that_other_work_slows_down_do_not_count() {
        var calls = new AtomicInteger();
        IntToLongFunction disturbed =
                n -> {
                    boolean slow = calls.incrementAndGet() > 2 && calls.get() < 10;
                    return (slow ? 5 : 1) * 1_000_000L * ((n + 63) / 64);
                };
        assertThat(measured(disturbed, 256)).isEqualTo(64);
    }
}
