package io.langevin.sampling.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class VirtualTimeTest {
    private final VirtualTime time = new VirtualTime();

    @Test
    void request_alone_has_every_row() {
        double end = time.enter(100);
        time.pass(40);

        assertThat(time.now()).isEqualTo(40);
        assertThat(end).isEqualTo(100);
    }

    @Test
    void requests_have_equal_parts_until_the_shorter_one_ends() {
        time.enter(10);
        time.enter(100);
        time.pass(20); // ten rows each: the first has ended
        time.pass(30); // all for the second

        assertThat(time.now()).isCloseTo(40, within(1e-9));
    }

    @Test
    void later_request_ends_by_what_is_left_for_it() {
        time.enter(100);
        time.pass(50);

        assertThat(time.enter(20)).isEqualTo(70);
    }

    @Test
    void part_of_a_request_that_leaves_goes_to_the_others() {
        time.enter(100);
        double second = time.enter(100);
        time.leave(second);
        time.pass(50);

        assertThat(time.now()).isEqualTo(50);
    }

    @Test
    void rows_that_nobody_wants_pass_no_time() {
        time.enter(10);
        time.pass(1_000);

        assertThat(time.now()).isEqualTo(10);
    }
}
