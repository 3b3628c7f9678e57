package io.langevin.score.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallSizeTest {
    private static final String FULL = "CUDA out of memory. Tried to allocate 2.00 GiB";

    private final List<Integer> tried = new ArrayList<>();

    /** A device that has room for some images. */
    private int call(int images, int room) {
        tried.add(images);
        if (images > room) {
            throw new EngineException(FULL);
        }
        return images;
    }

    @Test
    void what_does_not_fit_is_halved_until_it_does_and_stays_so() {
        var size = new CallSize(64, 1);

        assertThat(size.<Integer>fitting(n -> call(n, 20))).isEqualTo(16);
        assertThat(size.<Integer>fitting(n -> call(n, 20))).isEqualTo(16);

        assertThat(tried).containsExactly(64, 32, 16, 16);
    }

    @Test
    void the_least_call_that_does_not_fit_and_other_failures_are_errors() {
        var size = new CallSize(4, 1);

        assertThatThrownBy(() -> size.fitting(n -> call(n, 0))).hasMessage(FULL);
        assertThat(tried).containsExactly(4, 2, 1);
        var other = new EngineException("no kernel image is available");
        assertThatThrownBy(() -> new CallSize(4, 1).fitting(n -> fail(other))).isSameAs(other);
    }

    private static int fail(EngineException failure) {
        throw failure;
    }
}
