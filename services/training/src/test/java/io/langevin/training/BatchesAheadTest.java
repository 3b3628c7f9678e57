package io.langevin.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.datasets.BatchOrder;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What is put together ahead is what would be put together in time. */
class BatchesAheadTest {
    private static final Path FASHION = Path.of("../local/bundled/datasets/fashion");

    @Test
    void batches_are_those_of_their_steps_in_a_row_and_after_a_jump_back() {
        ImageDataset data = ImageDataset.read(FASHION, new ImageShape(8, 1));
        var order = new BatchOrder(data, 700, true, 3);
        try (var ahead = new BatchesAhead(new BatchOrder(data, 700, true, 3))) {
            for (long step : new long[] {1, 2, 3, 40, 41, 2, 3, 4, 1, 1}) {
                assertThat(ahead.batch(step)).as("step %d", step).isEqualTo(order.batch(step));
            }
        }
    }
}
