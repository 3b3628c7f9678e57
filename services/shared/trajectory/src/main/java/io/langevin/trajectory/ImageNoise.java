package io.langevin.trajectory;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;

/** The random numbers of one image; each image has its own. Owned by one thread. */
public interface ImageNoise {

    /** Fills {@code x} with U[0, 1): where Algorithm 1 starts. */
    void uniform(float[] x);

    /** Fills {@code z} with N(0, 1). */
    void normal(float[] z);

    /** How many random longs have been drawn so far, one number for each generator. */
    long[] drawn();

    /**
     * Goes on from where a noise made alike had come to.
     *
     * @param drawn as {@link #drawn} said it; this one must not have drawn anything
     */
    void advance(long[] drawn);

    /**
     * L64X128MixRandom (java.util.random, JDK 17) with that seed. The start takes D floats, each
     * noise D gaussians, in the order of the pixels.
     */
    static ImageNoise seeded(long seed) {
        return new Seeded(
                new CountingGenerator(RandomGeneratorFactory.of("L64X128MixRandom").create(seed)));
    }

    /**
     * Noise on the way from that of one image to that of another (the paper, B.2): z = cos θ·z₀ +
     * sin θ·z₁ is as normal as they are; the start turns about the middle of [0, 1) alike.
     *
     * @param angle θ, 0 for the first, π/2 for the second
     */
    static ImageNoise between(ImageNoise first, ImageNoise second, double angle) {
        return new Between(first, second, (float) Math.cos(angle), (float) Math.sin(angle));
    }

    /** Both ends draw alike, whatever the angle. */
    record Between(ImageNoise first, ImageNoise second, float cosine, float sine)
            implements ImageNoise {
        @Override
        public void uniform(float[] x) {
            float[] other = new float[x.length];
            first.uniform(x);
            second.uniform(other);
            for (int k = 0; k < x.length; k++) {
                x[k] = 0.5f + cosine * (x[k] - 0.5f) + sine * (other[k] - 0.5f);
            }
        }

        @Override
        public void normal(float[] z) {
            float[] other = new float[z.length];
            first.normal(z);
            second.normal(other);
            for (int k = 0; k < z.length; k++) {
                z[k] = cosine * z[k] + sine * other[k];
            }
        }

        @Override
        public long[] drawn() {
            return LongStream.concat(Arrays.stream(first.drawn()), Arrays.stream(second.drawn()))
                    .toArray();
        }

        @Override
        public void advance(long[] drawn) {
            int half = drawn.length / 2;
            first.advance(Arrays.copyOf(drawn, half));
            second.advance(Arrays.copyOfRange(drawn, half, drawn.length));
        }
    }

    /**
     * @param generator whose state is this image's alone
     */
    record Seeded(CountingGenerator generator) implements ImageNoise {
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

        @Override
        public long[] drawn() {
            return new long[] {generator.drawn};
        }

        @Override
        public void advance(long[] drawn) {
            if (drawn.length != 1 || drawn[0] < 0) {
                throw new IllegalArgumentException(
                        "drawn: must be one number of at least 0, not " + Arrays.toString(drawn));
            }
            for (long i = 0; i < drawn[0]; i++) {
                generator.nextLong();
            }
        }
    }

    /** The JDK's generators do not tell their state; how often they were asked says as much. */
    final class CountingGenerator implements RandomGenerator {
        private final RandomGenerator generator;
        private long drawn;

        private CountingGenerator(RandomGenerator generator) {
            this.generator = generator;
        }

        @Override
        public long nextLong() {
            drawn++;
            return generator.nextLong();
        }
    }
}
