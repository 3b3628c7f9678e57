package io.langevin.score;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The random numbers of one image; each image has its own. Owned by one thread. */
public interface ImageNoise {

    /** Fills {@code x} with U[0, 1): where Algorithm 1 starts. */
    void uniform(float[] x);

    /** Fills {@code z} with N(0, 1). */
    void normal(float[] z);

    /**
     * L64X128MixRandom (java.util.random, JDK 17) with that seed. The start takes D floats, each
     * noise D gaussians, in the order of the pixels.
     */
    static ImageNoise seeded(long seed) {
        return new Seeded(RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
    }

    /**
     * @param generator whose state is this image's alone
     */
    record Seeded(RandomGenerator generator) implements ImageNoise {
        @Override
        public void uniform(float[] x) {
            for (int k = 0; k < x.length; k++) {
                x[k] = generator.nextFloat();
            }
        }

        @Override
        public void normal(float[] z) {
            for (int k = 0; k < z.length; k++) {
                z[k] = (float) generator.nextGaussian();
            }
        }
    }
}
