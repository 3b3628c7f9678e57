package io.langevin.sampling.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.datasets.ImageShape;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.trajectory.Float32;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenImageTest {
    private static final ImageShape SHAPE = new ImageShape(2, 1);
    private static final float[] NUMBERS = {0.1f, 0.2f, -0.3f, 2};

    @TempDir Path folder;
    private ArtifactStore artifacts;

    @BeforeEach
    void open() {
        artifacts = ArtifactStores.open(folder.toUri());
    }

    @AfterEach
    void close() {
        artifacts.close();
    }

    @Test
    void as_many_floats_as_the_network_has_are_taken_as_they_are() {
        ByteBuffer bytes = Float32.bytes(NUMBERS);

        assertThat(pixels(bytes, null)).containsExactly(NUMBERS);
        ArtifactId id = artifacts.put(bytes.array());
        assertThat(pixels(null, id.hex())).containsExactly(NUMBERS);
    }

    @Test
    void image_comes_one_way_or_the_other() {
        assertThatThrownBy(() -> pixels(null, null))
                .hasMessage(
                        "task.image and task.imageArtifact: must be given one or the other, not none");
        assertThatThrownBy(() -> pixels(ByteBuffer.allocate(1), "a"))
                .hasMessage(
                        "task.image and task.imageArtifact: must be given one or the other, not both");
    }

    @Test
    void numbers_that_are_not_finite_and_files_that_are_no_image_are_refused() {
        assertThatThrownBy(() -> pixels(Float32.bytes(new float[] {0, Float.NaN, 0, 0}), null))
                .isInstanceOf(RejectedException.class)
                .hasMessage("task.image: must have finite numbers up to 1.0E9, not NaN");
        assertThatThrownBy(() -> pixels(ByteBuffer.allocate(15), null))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("task.image: must be a PNG or JPEG image");
        assertThatThrownBy(() -> pixels(null, "0".repeat(64)))
                .isInstanceOf(RejectedException.class)
                .hasMessageStartingWith("task.image: artifact 000");
    }

    @Test
    void artifact_that_is_too_large_is_not_read() {
        String file = artifacts.put(new byte[36_000_001]).hex();
        assertThatThrownBy(() -> pixels(null, file))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "task.image: artifact %s: must be at most 36000000 bytes, not 36000001"
                                .formatted(file));
        String numbers = artifacts.put(new byte[16]).hex();
        assertThatThrownBy(() -> new GivenImage("matrix", null, numbers).numbers(3, artifacts))
                .isInstanceOf(RejectedException.class)
                .hasMessage(
                        "task.matrix: artifact %s: must be at most 12 bytes, not 16"
                                .formatted(numbers));
    }

    private float[] pixels(ByteBuffer bytes, String artifact) {
        return new GivenImage("image", bytes, artifact).pixels(SHAPE, artifacts);
    }
}
