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
    /** Numbers of a matrix: it stays in memory as long as the request. */
    private static final int MOST_NUMBERS = 1 << 22;

    /** Rows² times numbers of a row: more could not be decomposed while somebody waits. */
    private static final long MOST_WORK = 500_000_000;

    /** Pixels are 0 to 1; a coefficient of a thousand times a million of them is a mistake. */
    private static final float LARGEST = 1e9f;

    /** Less is no blur, and its weights are too small to be numbers. */
    private static final double LEAST_BLUR = 0.1;

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
        return checked(
                Measurements.separable(
                        averages, shape.channels(), given.image(small), noise(task)));
    }

    /** From an image that was blurred with a Gaussian; beyond its edges it was mirrored. */
    static RestorationTask deblurring(TaskSettings task, GivenImages given) {
        ImageShape shape = given.shape();
        Double blur = task.blur();
        require(
                blur != null && blur >= LEAST_BLUR && blur <= shape.size(),
                "task.blur",
                "be %s to the %d pixels of the model".formatted(LEAST_BLUR, shape.size()),
                blur);
        return checked(
                Measurements.separable(
                        Measurements.gaussian(shape.size(), blur),
                        shape.channels(),
                        given.image(),
                        noise(task)));
    }

    /** From a grey image that is the average of the channels; one with colours is averaged. */
    static RestorationTask colourisation(TaskSettings task, GivenImages given) {
        ImageShape shape = given.shape();
        require(
                shape.channels() > 1,
                "task.kind",
                "be another one: the model's images have no colours",
                "COLORIZE");
        float[] image = given.image();
        float[] grey = new float[shape.size() * shape.size()];
        for (int k = 0; k < image.length; k++) {
            grey[k % grey.length] += image[k] / shape.channels();
        }
        return checked(Measurements.channelMean(shape.channels(), grey, noise(task)));
    }

    /** From as many numbers as the matrix has rows. */
    static RestorationTask compressedSensing(TaskSettings task, GivenImages given) {
        int dimension = given.dimension();
        float[] matrix = given.matrix(MOST_NUMBERS);
        int mostRows = (int) Math.min(dimension, Math.sqrt((double) MOST_WORK / dimension));
        require(
                matrix.length % dimension == 0 && matrix.length / dimension <= mostRows,
                "task.matrix",
                "be at most %d rows of %d numbers".formatted(mostRows, dimension),
                matrix.length + " numbers");
        float[] y = given.measurements(dimension);
        require(
                y.length == matrix.length / dimension,
                "task.image",
                "be a number for each of the %d rows of task.matrix"
                        .formatted(matrix.length / dimension),
                y.length + " numbers");
        return checked(Measurements.dense(matrix, dimension, y, noise(task)));
    }

    /** Numbers that are too large would make images of none. */
    private static RestorationTask checked(Restoration restoration) {
        for (float number : restoration.measured()) {
            require(
                    Math.abs(number) <= LARGEST,
                    "task.image",
                    "measure images of numbers up to " + LARGEST,
                    number);
        }
        return new RestorationTask(restoration);
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
