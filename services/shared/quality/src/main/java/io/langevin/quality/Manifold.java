package io.langevin.quality;

/**
 * Where features lie: the union of balls around every vector, each reaching to its kth nearest
 * neighbour among the others (Kynkäänniemi et al. 2019, section 2). Safe to use from several
 * threads.
 */
public final class Manifold {
    private final Features features;
    private final double[] radii;

    private Manifold(Features features, double[] radii) {
        this.features = features;
        this.radii = radii;
    }

    /**
     * @param features at least k + 1 vectors
     * @param k at least 1; the authors use 3
     */
    public static Manifold of(Features features, int k) {
        NearestNeighbours neighbours = NearestNeighbours.amongOthers(features, k);
        double[] radii = new double[features.count()];
        for (int i = 0; i < radii.length; i++) {
            radii[i] = neighbours.distance(i, k - 1);
        }
        return new Manifold(features, radii);
    }

    /** Share of vectors, in 0..1, that lie in a ball or on its surface. */
    public double covered(Features others) {
        features.requireSameDimension(others);
        boolean[] inside = new boolean[others.count()];
        Block.forEach(
                features,
                (block, squares) -> {
                    for (int i = 0; i < inside.length; i++) {
                        if (!inside[i]) {
                            block.squaredDistances(others, i, squares);
                            inside[i] = reached(block, squares);
                        }
                    }
                });
        int count = 0;
        for (boolean one : inside) {
            count += one ? 1 : 0;
        }
        return (double) count / inside.length;
    }

    Features features() {
        return features;
    }

    private boolean reached(Block block, double[] squares) {
        for (int j = 0; j < block.count(); j++) {
            if (Math.sqrt(squares[j]) <= radii[block.first() + j]) {
                return true;
            }
        }
        return false;
    }
}
