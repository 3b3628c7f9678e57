package io.langevin.schedule;

import io.langevin.noise.NoiseSchedule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Names of schedules: equal numbers have equal names. */
final class ScheduleIds {
    private ScheduleIds() {}

    /** The first 16 hexadecimal digits of SHA-256 over the scales, T and ε as Java prints them. */
    static String of(NoiseSchedule schedule, int stepsPerLevel, double epsilon) {
        String text = "%s %d %s".formatted(schedule.sigmas(), stepsPerLevel, epsilon);
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
