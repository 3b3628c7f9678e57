package io.langevin.trajectory;

/**
 * Images that agree with a linear measurement y = A·x + noise, A = U·S·Vᵀ. In every row the
 * estimate D = x + σ·f moves towards what was measured, D ← D + V·G·(S⁻¹·Uᵀ·y − Vᵀ·D), before the
 * sampler uses it (Kadkhodaie and Simoncelli 2020, arXiv 2007.13640; Wang et al. 2022, arXiv
 * 2212.00490). G weighs estimate and measurement as a Kalman filter does: where D is uncertain by σ
 * and the measured coefficient by its own deviation e, σ²/(σ² + e²); without noise that is the
 * projection D + A⁺·(y − A·D).
 *
 * @param basis V
 * @param measured S⁻¹·Uᵀ·y, a number for each vector
 * @param deviation e, standard deviation of each of them; infinite where nothing was measured
 */
public record Restoration(SingularBasis basis, float[] measured, float[] deviation)
        implements AfterRow {
    public Restoration {
        if (measured.length != basis.size() || deviation.length != basis.size()) {
            throw new IllegalArgumentException(
                    "measured: must be %d numbers with as many deviations, not %d and %d"
                            .formatted(basis.size(), measured.length, deviation.length));
        }
    }

    @Override
    public void evaluated(double sigma, float[] x, float[] f, int offset, int dimension) {
        float[] estimate = new float[dimension];
        for (int k = 0; k < dimension; k++) {
            estimate[k] = x[offset + k] + (float) sigma * f[offset + k];
        }
        float[] change = new float[basis.size()];
        basis.project(estimate, change);
        for (int i = 0; i < change.length; i++) {
            double gain = 1 / (1 + Math.pow(deviation[i] / sigma, 2));
            change[i] = gain == 0 ? 0 : (float) (gain * (measured[i] - change[i]));
        }
        basis.add(change, (float) (1 / sigma), f, offset);
    }

    /** Memory that it takes, in bytes. */
    public long bytes() {
        return Float.BYTES * ((long) basis.numbers() + measured.length + deviation.length);
    }

    @Override
    public void afterRow(int rowsDone, double sigma, float[] x, int offset, ImageNoise noise) {}
}
