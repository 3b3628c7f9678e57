package io.langevin.score;

import java.util.random.RandomGenerator;

/** Weights before training, distributed as in the authors' code. */
final class InitialWeights {
    private InitialWeights() {}

    /**
     * Kernels and biases U(−1/√n, 1/√n), n = inputs of one output (PyTorch's default for
     * convolutions); InstanceNorm++ α and γ N(1, 0.02²), β 0, at every level where they are
     * conditional.
     */
    static float[] of(ParameterLayout layout, RandomGenerator random) {
        float[] weights = new float[layout.size()];
        double bound = 0;
        for (ParameterLayout.Parameter parameter : layout.parameters()) {
            String name = parameter.name();
            if (name.endsWith(".weight") && !parameter.isNorm()) {
                // a bias follows its kernel and has the kernel's bound
                bound = 1 / Math.sqrt(parameter.size() / (double) parameter.shape().get(0));
            }
            for (int k = parameter.offset(); k < parameter.offset() + parameter.size(); k++) {
                weights[k] =
                        (float)
                                (parameter.isNorm()
                                        ? normal(parameter, k - parameter.offset(), random)
                                        : bound * (2 * random.nextDouble() - 1));
            }
        }
        return weights;
    }

    private static double normal(
            ParameterLayout.Parameter parameter, int index, RandomGenerator random) {
        boolean shift = parameter.name().endsWith(".beta");
        if (parameter.shape().size() == 2) {
            int row = parameter.shape().get(1); // γ, α, β of a level
            shift = index % row >= 2 * row / 3;
        }
        return shift ? 0 : 1 + 0.02 * random.nextGaussian();
    }
}
