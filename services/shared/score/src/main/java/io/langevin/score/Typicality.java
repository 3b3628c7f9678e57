package io.langevin.score;

import io.langevin.noise.DenoisingErrorsPlan;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.SamplingPlan;
import io.langevin.trajectory.DenoisingErrors;
import io.langevin.trajectory.ImageNoise;
import io.langevin.trajectory.ScoreNetwork;
import io.langevin.trajectory.TrajectoryBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a network's errors on noisy images are distributed over the images that it was trained on, as
 * a normal density. What is far from it is no such image. Mahmood et al. (2021, arXiv 2010.13132)
 * take the norms of the output at ten scales; those of its errors tell images apart better.
 *
 * @param mean μ of the n logarithms of {@link DenoisingErrors}
 * @param precision the inverse of their covariance, n·n numbers, row by row
 */
public record Typicality(List<Double> mean, List<Double> precision) {
    private static final int SLOTS = 32;
    private static final int MOST = 64;

    /** Fewer images say nothing of what is typical. */
    private static final int FEWEST_IMAGES = 16;

    /** Part of the mean variance that is added to each: a direction may have none of its own. */
    private static final double RIDGE = 1e-2;

    public Typicality {
        mean = List.copyOf(mean);
        precision = List.copyOf(precision);
        if (mean.isEmpty() || mean.size() > MOST || precision.size() != mean.size() * mean.size()) {
            throw new IllegalArgumentException(
                    "typical: must have 1 to %d means and their squares of weights, not %d and %d"
                            .formatted(MOST, mean.size(), precision.size()));
        }
        for (List<Double> numbers : List.of(mean, precision)) {
            for (double number : numbers) {
                if (!Double.isFinite(number)) {
                    throw new IllegalArgumentException("typical: must be finite, not " + number);
                }
            }
        }
    }

    /**
     * Looks at images that are typical; empty where they are too few, or the network's errors are
     * not finite.
     *
     * @param network is closed
     * @param images D numbers each
     */
    public static Optional<Typicality> of(
            ScoreNetwork network, NoiseSchedule schedule, List<float[]> images) {
        SamplingPlan plan = DenoisingErrorsPlan.of(schedule);
        List<DenoisingErrors> errors = new ArrayList<>();
        try (var batch = new TrajectoryBatch<DenoisingErrors>(network, SLOTS)) {
            int begun = 0;
            while (begun < images.size() || batch.size() > 0) {
                while (begun < images.size() && batch.free() > 0) {
                    float[] image = images.get(begun);
                    var own = new DenoisingErrors(image);
                    errors.add(own);
                    batch.add(own, plan, noise(), own, image);
                    begun++;
                }
                batch.step();
            }
        }
        return fitted(errors.stream().map(DenoisingErrors::gathered).toList());
    }

    /**
     * The noise that errors are looked for in: the same for every image, so that a score depends on
     * the image alone.
     */
    public static ImageNoise noise() {
        return ImageNoise.seeded(0);
    }

    /** The density of rows of numbers; empty where they are too few, all the same or not finite. */
    static Optional<Typicality> fitted(List<float[]> rows) {
        if (rows.size() < FEWEST_IMAGES || !rows.stream().allMatch(Typicality::isFinite)) {
            return Optional.empty();
        }
        int n = rows.get(0).length;
        double[] mean = new double[n];
        for (float[] row : rows) {
            for (int i = 0; i < n; i++) {
                mean[i] += row[i] / rows.size();
            }
        }
        double[][] covariance = new double[n][n];
        for (float[] row : rows) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    covariance[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / (rows.size() - 1);
                }
            }
        }
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += covariance[i][i];
        }
        if (trace == 0) {
            return Optional.empty(); // all images are one
        }
        for (int i = 0; i < n; i++) {
            covariance[i][i] += RIDGE * trace / n;
        }
        List<Double> precision =
                Arrays.stream(inverse(covariance)).flatMapToDouble(Arrays::stream).boxed().toList();
        return Optional.of(new Typicality(Arrays.stream(mean).boxed().toList(), precision));
    }

    private static boolean isFinite(float[] numbers) {
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                return false;
            }
        }
        return true;
    }

    /** By Gauss and Jordan; a covariance with a ridge needs no pivots. */
    private static double[][] inverse(double[][] matrix) {
        int n = matrix.length;
        double[][] inverse = new double[n][n];
        for (int i = 0; i < n; i++) {
            inverse[i][i] = 1;
        }
        for (int k = 0; k < n; k++) {
            double pivot = matrix[k][k];
            for (int j = 0; j < n; j++) {
                matrix[k][j] /= pivot;
                inverse[k][j] /= pivot;
            }
            for (int i = 0; i < n; i++) {
                double factor = matrix[i][k];
                for (int j = 0; i != k && j < n; j++) {
                    matrix[i][j] -= factor * matrix[k][j];
                    inverse[i][j] -= factor * inverse[k][j];
                }
            }
        }
        return inverse;
    }

    /**
     * How far an image is from what is typical: the squared Mahalanobis distance of its errors,
     * about n for a typical image.
     *
     * @param errors n numbers
     */
    public double distance(float[] errors) {
        int n = mean.size();
        if (errors.length != n) {
            throw new IllegalArgumentException(
                    "errors: must be %d, not %d".formatted(n, errors.length));
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                sum +=
                        (errors[i] - mean.get(i))
                                * precision.get(i * n + j)
                                * (errors[j] - mean.get(j));
            }
        }
        return sum;
    }

    /** Both as text, with blanks between; numbers come back bit by bit. */
    String text() {
        List<Double> all = new ArrayList<>(mean);
        all.addAll(precision);
        return all.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    /**
     * @throws IllegalArgumentException where the text is none of {@link #text}
     */
    static Typicality parse(String text) {
        String[] words = text.split(" ", MOST * (MOST + 1) + 1);
        int n = (int) Math.sqrt(words.length);
        try {
            List<Double> numbers = Arrays.stream(words).map(Double::valueOf).toList();
            return new Typicality(numbers.subList(0, n), numbers.subList(n, numbers.size()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("typical: must be numbers", e);
        }
    }
}
