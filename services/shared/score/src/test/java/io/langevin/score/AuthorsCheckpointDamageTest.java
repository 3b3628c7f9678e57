package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever becomes of a file's bytes, reading it ends in a checkpoint or in one clear error. */
class AuthorsCheckpointDamageTest {
    private static final AuthorsCheckpoint.Sampling SAMPLING =
            new AuthorsCheckpoint.Sampling(8, 3, 2e-5, true, Optional.empty());
    private static final int EVERY = 397;
    private static final int FLIPS = 500;

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"authors.pth", "authors-legacy.pth"})
    @Timeout(120)
    void every_truncation_is_one_clear_error(String name) throws IOException {
        byte[] whole = Files.readAllBytes(AuthorsCheckpointTest.TORCH_FILES.resolve(name));
        for (int length = 0; length < whole.length; length += EVERY) {
            boolean read = survives(Arrays.copyOf(whole, length), "%d bytes".formatted(length));
            assertThat(read).as("%d bytes", length).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"authors.pth", "authors-legacy.pth"})
    @Timeout(120)
    void flipped_bits_are_read_or_refused(String name) throws IOException {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        byte[] whole = Files.readAllBytes(AuthorsCheckpointTest.TORCH_FILES.resolve(name));
        for (int i = 0; i < FLIPS; i++) {
            byte[] damaged = whole.clone();
            // half of them where the instructions are, the rest anywhere
            int reach = i % 2 == 0 ? Math.min(whole.length, 2000) : whole.length;
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                damaged[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
            }
            survives(damaged, "seed %d, round %d of %s".formatted(seed, i, name));
        }
    }

    /**
     * Whether the file could be read; everything but an IllegalArgumentException fails the test.
     */
    private boolean survives(byte[] bytes, String what) {
        try {
            Path file = folder.resolve("damaged.pth");
            Files.write(
                    file, bytes, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
            AuthorsCheckpoint.read(file, SAMPLING);
            return true;
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).as(what).isNotBlank().hasSizeLessThan(500);
            return false;
        } catch (Throwable e) {
            return fail(what, e);
        }
    }
}
