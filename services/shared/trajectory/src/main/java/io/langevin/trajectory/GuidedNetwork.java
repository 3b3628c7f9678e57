package io.langevin.trajectory;

/**
 * A network and a weaker one of the same task that images can be led away from: f = g + w·(f − g)
 * with g of the weaker one (autoguidance, Karras et al. 2024, arXiv 2406.02507). A call evaluates
 * both; {@link #guided} says how far each of its images goes. It owns neither.
 */
public final class GuidedNetwork implements ScoreNetwork {
    private final ScoreNetwork network;
    private final ScoreNetwork guide;

    /** What the guide made of the images of the last call. */
    private float[] weaker = new float[0];

    /**
     * @throws IllegalArgumentException where their images differ in size
     */
    public GuidedNetwork(ScoreNetwork network, ScoreNetwork guide) {
        if (network.dimension() != guide.dimension()) {
            throw new IllegalArgumentException(
                    "guide: must make images of %d numbers, not %d"
                            .formatted(network.dimension(), guide.dimension()));
        }
        this.network = network;
        this.guide = guide;
    }

    @Override
    public int dimension() {
        return network.dimension();
    }

    /** Writes f of the network alone. */
    @Override
    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
        if (weaker.length < count * dimension()) {
            weaker = new float[count * dimension()];
        }
        network.evaluate(x, sigma, f, count);
        guide.evaluate(x, sigma, weaker, count);
    }

    /**
     * Leads an image of this network's calls away from the guide, before anything else is done.
     *
     * @param weight w; 1 is the network alone
     * @param own what else is done
     */
    public AfterRow guided(double weight, AfterRow own) {
        return new Guided((float) weight, own);
    }

    /** One image's weight. */
    private final class Guided implements AfterRow {
        private final float weight;
        private final AfterRow own;

        private Guided(float weight, AfterRow own) {
            this.weight = weight;
            this.own = own;
        }

        @Override
        public void evaluated(double sigma, float[] x, float[] f, int offset, int dimension) {
            for (int k = offset; k < offset + dimension; k++) {
                f[k] = weaker[k] + weight * (f[k] - weaker[k]);
            }
            own.evaluated(sigma, x, f, offset, dimension);
        }

        @Override
        public void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise) {
            own.afterRow(rowsDone, sigma, x, offset, noise);
        }

        @Override
        public boolean wantsEstimate(int rowsDone) {
            return own.wantsEstimate(rowsDone);
        }

        @Override
        public void estimated(int rowsDone, float[] pixels) {
            own.estimated(rowsDone, pixels);
        }

        @Override
        public float[] gathered() {
            return own.gathered();
        }

        @Override
        public void restore(float[] gathered) {
            own.restore(gathered);
        }
    }
}
