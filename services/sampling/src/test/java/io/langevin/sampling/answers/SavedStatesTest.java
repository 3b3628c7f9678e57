package io.langevin.sampling.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.sampling.work.FinishedImage;
import io.langevin.sampling.work.Progress;
import io.langevin.trajectory.Saved;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SavedStatesTest {
    private static final Instant FIRST_CALL = Instant.ofEpochMilli(1_234);

    @Test
    void state_comes_back_bit_by_bit() {
        float[] x = {Float.MIN_VALUE, -0f, 1 / 3f};
        var saved = new Saved(7, x, new float[0], new long[] {Long.MAX_VALUE, 0}, new float[] {2});
        var progress = new Progress(List.of(), List.of(new Progress.Begun(3, saved)), FIRST_CALL);

        Progress back = SavedStates.progress(SavedStates.record(progress, List.of()));

        Progress.Begun begun = back.begun().get(0);
        assertThat(back.firstCall()).isEqualTo(FIRST_CALL);
        assertThat(begun.index()).isEqualTo(3);
        assertThat(begun.state().row()).isEqualTo(7);
        assertThat(begun.state().x()).containsExactly(x);
        assertThat(begun.state().kept()).isEmpty();
        assertThat(begun.state().drawn()).containsExactly(Long.MAX_VALUE, 0);
        assertThat(begun.state().gathered()).containsExactly(2);
    }

    @Test
    void finished_image_comes_back_with_its_file() {
        ByteBuffer file = ByteBuffer.wrap(new byte[] {1, 2, 3});

        Progress back = restored(image().setBytes(file).build());

        assertThat(back.finished())
                .containsExactly(
                        new FinishedImage(
                                5,
                                28,
                                14,
                                Optional.of(file),
                                Optional.empty(),
                                "abc",
                                OptionalDouble.of(0.5),
                                FIRST_CALL));
    }

    @Test
    void finished_image_without_a_file_is_refused() {
        assertThatThrownBy(() -> restored(image().build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("images: number 5 has no file");
    }

    private static Progress restored(GeneratedImage image) {
        var progress = new Progress(List.of(), List.of(), FIRST_CALL);
        return SavedStates.progress(SavedStates.record(progress, List.of(image)));
    }

    private static GeneratedImage.Builder image() {
        return GeneratedImage.newBuilder()
                .setRequestId("r")
                .setIndex(5)
                .setCount(6)
                .setWidth(28)
                .setHeight(14)
                .setChannels(1)
                .setFormat(ImageFormat.PNG)
                .setSha256("abc")
                .setScore(0.5)
                .setSeed(1)
                .setModel("m")
                .setCheckpoint("c")
                .setScheduleId("s")
                .setNetworkEvaluations(2)
                .setGeneratedAt(FIRST_CALL);
    }
}
