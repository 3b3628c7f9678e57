package io.langevin.schedule;

import io.langevin.artifacts.ArtifactId;
import io.langevin.noise.NoiseSchedule;
import java.nio.charset.StandardCharsets;

/** Names of schedules: equal numbers have equal names. */
final class ScheduleIds {
    private static final int DIGITS = 16;

    private ScheduleIds() {}

    /** The first 16 hexadecimal digits of SHA-256 over the scales, T and ε as Java prints them. */
    static String of(NoiseSchedule schedule, int stepsPerLevel, double epsilon) {
        String text = "%s %d %s".formatted(schedule.sigmas(), stepsPerLevel, epsilon);
        return ArtifactId.of(text.getBytes(StandardCharsets.UTF_8)).hex().substring(0, DIGITS);
    }
}
