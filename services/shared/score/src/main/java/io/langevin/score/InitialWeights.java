package io.langevin.score;

import java.util.random.RandomGenerator;

/** Weights before training, distributed as in the authors' code. */
final class InitialWeights {
    private InitialWeights() {}

    /**
     * Kernels and biases U(−1/√n, 1/√n), n = inputs of one output (PyTorch's default for
     * convolutions); InstanceNorm++ α and γ N(1, 0.02²), β 0.
     */
    static float[] of(ParameterLayout layout, RandomGenerator random) {
        float[] weights = new float[layout.size()];
        double bound = 0;
        for (ParameterLayout.Parameter parameter : layout.parameters()) {
            String name = parameter.name();
            if (name.endsWith(".weight")) {
                // a bias follows its kernel and has the kernel's bound
                bound = 1 / Math.sqrt(parameter.size() / (double) parameter.shape().get(0));
            }
            for (int k = parameter.offset(); k < parameter.offset() + parameter.size(); k++) {
                weights[k] = (float) draw(name, bound, random);
            }
        }
        return weights;
    }

    private static double draw(String name, double bound, RandomGenerator random) {
        if (name.endsWith(".beta")) {
            return 0;
        }
        if (name.endsWith(".alpha") || name.endsWith(".gamma")) {
            return 1 + 0.02 * random.nextGaussian();
        }
        return bound * (2 * random.nextDouble() - 1);
    }
}
