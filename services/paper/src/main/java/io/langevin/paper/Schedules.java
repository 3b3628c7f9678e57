package io.langevin.paper;

import io.langevin.datasets.ImageDataset;
import io.langevin.noise.InitialNoiseScale;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PublishedPreset;

/** The two schedules that the figures compare. */
final class Schedules {
    private static final double SMALLEST = 0.01;

    private Schedules() {}

    /** The schedule by Techniques 1 and 2. */
    static NoiseSchedule improved(ImageDataset data) {
        double largest = InitialNoiseScale.of(data.pixels(), data.dimension()).maximumDistance();
        return NoiseSchedule.forData(largest, SMALLEST, data.dimension(), PublishedPreset.OVERLAP);
    }

    /** NCSN's: 10 levels from 1 to 0.01. */
    static NoiseSchedule old() {
        return NoiseSchedule.geometric(1, SMALLEST, 10);
    }
}
