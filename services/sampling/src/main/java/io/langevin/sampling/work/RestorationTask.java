package io.langevin.sampling.work;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.datasets.ImageShape;
import io.langevin.sampling.request.TaskSettings;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.Restoration;

/**
 * Images that agree with a linear measurement, {@link Restoration}.
 *
 * @param restoration holds no state: all images share it
 */
record RestorationTask(Restoration restoration) implements SamplingTask {
    /** A measurement with more numbers could not be decomposed while somebody waits. */
    private static final int MOST_NUMBERS = 1 << 22;

    /** Standard deviation of rounding to 8 bits: a uniform error of at most half a step. */
    private static final double ROUNDING = 1 / (255 * Math.sqrt(12));

    /** From a small image, every pixel of which is the average of factor·factor pixels. */
    static RestorationTask superResolution(TaskSettings task, GivenImages given) {
        ImageShape shape = given.shape();
        Integer factor = task.factor();
        require(
                factor != null && factor >= 2 && shape.size() % factor == 0,
                "task.factor",
                "be at least 2 and divide the %d pixels of the model".formatted(shape.size()),
                factor);
        var small = new ImageShape(shape.size() / factor, shape.channels());
        double[][] averages = new double[small.size()][shape.size()];
        for (int i = 0; i < shape.size(); i++) {
            averages[i / factor][i] = 1.0 / factor;
        }
        return new RestorationTask(
                Measurements.separable(
                        averages, shape.channels(), given.image(small), noise(task)));
    }

    /** From an image that was blurred with a Gaussian; beyond its edges it was mirrored. */
    static RestorationTask deblurring(TaskSettings task, GivenImages given) {
        ImageShape shape = given.shape();
        Double blur = task.blur();
        require(
                blur != null && blur > 0 && blur <= shape.size(),
                "task.blur",
                "be above 0 and at most the %d pixels of the model".formatted(shape.size()),
                blur);
        return new RestorationTask(
                Measurements.separable(
                        Measurements.gaussian(shape.size(), blur),
                        shape.channels(),
                        given.image(),
                        noise(task)));
    }

    /** From a grey image that is the average of the channels. */
    static RestorationTask colourisation(TaskSettings task, GivenImages given) {
        ImageShape shape = given.shape();
        require(
                shape.channels() > 1,
                "task.kind",
                "be another one: the model's images have no colours",
                "COLORIZE");
        var grey = new ImageShape(shape.size(), 1);
        return new RestorationTask(
                Measurements.channelMean(shape.channels(), given.image(grey), noise(task)));
    }

    /** From as many numbers as the matrix has rows. */
    static RestorationTask compressedSensing(TaskSettings task, GivenImages given) {
        int dimension = given.dimension();
        float[] matrix = given.matrix(MOST_NUMBERS);
        require(
                matrix.length % dimension == 0 && matrix.length / dimension <= dimension,
                "task.matrix",
                "be at most %d rows of %d numbers".formatted(dimension, dimension),
                matrix.length + " numbers");
        float[] y = given.measurements(dimension);
        require(
                y.length == matrix.length / dimension,
                "task.image",
                "be a number for each of the %d rows of task.matrix"
                        .formatted(matrix.length / dimension),
                y.length + " numbers");
        return new RestorationTask(Measurements.dense(matrix, dimension, y, noise(task)));
    }

    private static double noise(TaskSettings task) {
        Double sigma = task.sigma();
        require(
                sigma == null || sigma >= 0 && Double.isFinite(sigma),
                "task.sigma",
                "be finite and at least 0",
                sigma);
        return sigma == null ? ROUNDING : sigma;
    }

    @Override
    public AfterRow afterRow(ImageShape shape) {
        return restoration;
    }

    @Override
    public long bytes() {
        return restoration.bytes();
    }
}
