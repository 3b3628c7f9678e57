package io.langevin.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.langevin.noise.NoiseSchedule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a checkpoint's bytes are, reading them ends in a checkpoint or in one clear error. */
class CheckpointDamageTest {
    private static final int DAMAGES = 2_000;
    private static final List<String> NUMBERS =
            List.of("-5", "NaN", "1e30", "Infinity", "0", "99999999999", "1024", "\\u0000", "");

    @Test
    @Timeout(300)
    void damaged_checkpoints_are_read_or_refused() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        var random = new Random(seed);
        byte[] whole = checkpoint();
        int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        for (int i = 0; i < DAMAGES; i++) {
            byte[] damaged = whole.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                int place = random.nextInt(i % 4 == 0 ? damaged.length : header + 8);
                damaged[place] = (byte) random.nextInt();
            }
            if (i % 5 == 0) {
                damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
            }
            readOrRefused(damaged, "seed %d, round %d".formatted(seed, i));
        }
    }

    @Test
    void numbers_that_no_sampler_can_use_are_refused_by_their_name() {
        for (String name :
                List.of(
                        "steps_per_level",
                        "epsilon",
                        "ngf",
                        "image_size",
                        "channels",
                        "network_evaluations")) {
            for (String number : NUMBERS) {
                readOrRefused(withNumber(name, number), name + " " + number);
            }
        }
        assertThatThrownBy(() -> Checkpoint.parse(withNumber("steps_per_level", "-5")))
                .hasMessage("steps_per_level: must be 1 to 10000, not -5");
        assertThatThrownBy(() -> Checkpoint.parse(withNumber("epsilon", "NaN")))
                .hasMessage("epsilon: must be finite and above 0, not NaN");
        assertThatThrownBy(() -> Checkpoint.parse(withNumber("schedule_id", "s".repeat(5_000_000))))
                .hasMessageContaining("schedule_id: must have at most 200 characters");
    }

    /** 273 bytes that claim half a billion weights. */
    @Test
    void what_a_file_claims_is_held_against_what_it_has_before_memory_is_taken() {
        byte[] claims =
                file(
                        "{\"__metadata__\":{\"format\":\"langevin-checkpoint-1\","
                                + "\"network\":\"ncsnv2-deepest\",\"ngf\":\"256\",\"channels\":\"3\","
                                + "\"image_size\":\"256\",\"steps_per_level\":\"1\",\"epsilon\":\"1\","
                                + "\"denoise\":\"true\"},\"sigmas\":{\"dtype\":\"F64\",\"shape\":[1],"
                                + "\"data_offsets\":[0,8]}}");
        long before = allocated();
        assertThatThrownBy(() -> Checkpoint.parse(claims)).hasMessageContaining("is missing");
        assertThat(allocated() - before).isLessThan(10_000_000);
    }

    private static long allocated() {
        var threads =
                (com.sun.management.ThreadMXBean)
                        java.lang.management.ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static void readOrRefused(byte[] bytes, String what) {
        try {
            Checkpoint.parse(bytes);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).as(what).isNotBlank();
        } catch (Throwable e) {
            fail(what, e);
        }
    }

    private static byte[] withNumber(String name, String number) {
        byte[] whole = checkpoint();
        int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        String header =
                new String(whole, 8, length, StandardCharsets.UTF_8)
                        .replaceFirst(
                                "\"" + name + "\":\"[^\"]*\"",
                                ("\"" + name + "\":\"" + number + "\"").replace("\\", "\\\\"));
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + whole.length - 8 - length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .put(whole, 8 + length, whole.length - 8 - length)
                .array();
    }

    private static byte[] file(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .putDouble(1)
                .array();
    }

    private static byte[] checkpoint() {
        var network = new NetworkArchitecture(NetworkArchitecture.Family.BASE, 2, 1, 8);
        return new Checkpoint(
                        network,
                        NoiseSchedule.geometric(10, 0.01, 20),
                        5,
                        3e-5,
                        true,
                        "abc",
                        Optional.of(new Checkpoint.Recommendation("PROBABILITY_FLOW_HEUN", 32)),
                        DenoisingScoreMatching.State.initial(network, 3).weights(),
                        Map.of("model", "test"))
                .bytes();
    }
}
