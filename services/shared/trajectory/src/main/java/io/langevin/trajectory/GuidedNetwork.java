package io.langevin.trajectory;

/**
 * A network that is led away from what a weaker one of the same task gets wrong: f = g + w·(f − g)
 * with g of the weaker one (autoguidance, Karras et al. 2024, arXiv 2406.02507). It owns neither.
 */
public final class GuidedNetwork implements ScoreNetwork {
    private final ScoreNetwork network;
    private final ScoreNetwork guide;
    private final float weight;

    /**
     * @param weight w; 1 is the network alone
     * @throws IllegalArgumentException where their images differ in size
     */
    public GuidedNetwork(ScoreNetwork network, ScoreNetwork guide, double weight) {
        if (network.dimension() != guide.dimension()) {
            throw new IllegalArgumentException(
                    "guide: must make images of %d numbers, not %d"
                            .formatted(network.dimension(), guide.dimension()));
        }
        this.network = network;
        this.guide = guide;
        this.weight = (float) weight;
    }

    @Override
    public int dimension() {
        return network.dimension();
    }

    @Override
    public void evaluate(float[] x, float[] sigma, float[] f, int count) {
        int numbers = count * dimension();
        float[] guided = new float[numbers];
        network.evaluate(x, sigma, f, count);
        guide.evaluate(x, sigma, guided, count);
        for (int k = 0; k < numbers; k++) {
            f[k] = guided[k] + weight * (f[k] - guided[k]);
        }
    }
}
