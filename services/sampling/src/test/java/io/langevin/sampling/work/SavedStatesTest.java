package io.langevin.sampling.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.langevin.records.SavedTrajectory;
import io.langevin.trajectory.Saved;
import org.junit.jupiter.api.Test;

class SavedStatesTest {
    @Test
    void state_comes_back_bit_by_bit() {
        float[] x = {Float.MIN_VALUE, -0f, 1 / 3f};
        var saved = new Saved(7, x, new float[0], new long[] {Long.MAX_VALUE, 0}, new float[] {2});

        SavedTrajectory record = SavedStates.record(3, saved);
        Saved back = SavedStates.state(record);

        assertThat(record.getIndex()).isEqualTo(3);
        assertThat(back.row()).isEqualTo(7);
        assertThat(back.x()).containsExactly(x);
        assertThat(back.kept()).isEmpty();
        assertThat(back.drawn()).containsExactly(Long.MAX_VALUE, 0);
        assertThat(back.gathered()).containsExactly(2);
    }
}
