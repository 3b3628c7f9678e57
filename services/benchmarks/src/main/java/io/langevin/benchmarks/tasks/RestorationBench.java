package io.langevin.benchmarks.tasks;

import io.langevin.client.Langevin;
import io.langevin.client.SamplingCall;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.local.LocalConfig;
import io.langevin.local.LocalPlatform;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageFormat;
import io.langevin.records.SampleRequest;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import io.langevin.trajectory.Float32;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How near restored images come to the measured ones, and how well scores tell images apart. */
@Command(
        name = "tasks",
        description = {
            "PSNR in dB of images that the bundled model restores, by events, beside a linear",
            "baseline's, on images that it was not trained on. A restored image is one of many",
            "that agree with what was measured; their average is nearer than each of them.",
            "Then how well scores tell other images from clothes: the area under the curve of",
            "hits over false alarms (AUROC), 0.5 by chance and 1 at best."
        })
public final class RestorationBench implements Callable<Integer> {
    private static final int SIZE = 28;
    private static final int MEASUREMENTS = SIZE * SIZE / 4;
    private static final double BLUR = 1.5;
    private static final double NOISE = 0.02;

    /** The bundled model knows every 39th image as typical: others are asked about. */
    private static final int TYPICAL_EVERY = 39;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = "--images",
            defaultValue = "200",
            description = "Images that are restored (default: 200).")
    int images;

    @Option(
            names = "--samples",
            defaultValue = "8",
            description = "Restored images that are averaged (default: 8).")
    int samples;

    @Option(
            names = "--unusual",
            paramLabel = "DIR",
            description = "Other images, read as a data set is: they are scored too.")
    Path unusual;

    private final Random random = new Random(1);
    private final float[] matrix = orthonormalRows(random);

    /**
     * A measurement of an image.
     *
     * @param task asks for its restoration
     * @param linear the image by the linear baseline
     */
    private record Measured(Task task, float[] linear) {}

    /** Measures an image. */
    private interface Measurement {
        Measured of(float[] image);
    }

    @Override
    public Integer call() throws Exception {
        Path home = LocalConfig.homeOfProcess();
        Path data = Files.createTempDirectory("langevin-bench");
        ImageDataset clothes =
                ImageDataset.read(
                        home.resolve("services/local/bundled/datasets/fashion"),
                        new ImageShape(SIZE, 1));
        try (var local = LocalPlatform.start(new LocalConfig(data, home, 0, 0, 0));
                var platform = Langevin.connect(local.kafka(), PATIENCE)) {
            System.out.printf(
                    "%-26s %10s %12s %14s%n",
                    "TASK", "baseline", "one image", "average of " + samples);
            measure(platform, clothes, "super-resolution, ×2", image -> reduced(image, 2));
            measure(platform, clothes, "super-resolution, ×4", image -> reduced(image, 4));
            measure(platform, clothes, "deblurring, 1.5 pixels", this::blurred);
            measure(platform, clothes, "compressed sensing, 25 %", this::sensed);
            System.out.printf("%n%-26s %10s%n", "SCORE", "AUROC");
            List<Double> usual = scores(platform, i -> image(clothes, TYPICAL_EVERY * i + 20));
            compare(platform, usual, "digits", i -> UnusualImages.digit(SIZE, random));
            compare(platform, usual, "noise", i -> UnusualImages.noise(SIZE, random));
            compare(platform, usual, "clouds", i -> UnusualImages.clouds(SIZE, random));
            if (unusual != null) {
                ImageDataset others = ImageDataset.read(unusual, new ImageShape(SIZE, 1));
                compare(platform, usual, unusual.toString(), i -> image(others, i));
            }
        }
        return 0;
    }

    private void measure(
            Langevin platform, ImageDataset clothes, String name, Measurement measurement)
            throws InterruptedException {
        List<float[]> truths = new ArrayList<>();
        List<float[]> baselines = new ArrayList<>();
        List<SamplingCall> calls = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            float[] truth = image(clothes, i);
            Measured measured = measurement.of(truth);
            truths.add(truth);
            baselines.add(measured.linear());
            calls.add(
                    platform.sample(
                            SampleRequest.newBuilder()
                                    .setModel("fashion")
                                    .setCount(samples)
                                    .setSeed((long) i)
                                    .setImageFormat(ImageFormat.FLOAT32)
                                    .setTask(measured.task())));
        }
        double linear = 0;
        double one = 0;
        double average = 0;
        for (int i = 0; i < images; i++) {
            List<GeneratedImage> made = calls.get(i).get();
            float[] mean = new float[SIZE * SIZE];
            for (GeneratedImage image : made) {
                float[] pixels = Float32.numbers(image.getBytes());
                for (int k = 0; k < mean.length; k++) {
                    mean[k] += pixels[k] / made.size();
                }
            }
            linear += decibels(truths.get(i), baselines.get(i)) / images;
            one += decibels(truths.get(i), Float32.numbers(made.get(0).getBytes())) / images;
            average += decibels(truths.get(i), mean) / images;
        }
        System.out.printf("%-26s %10.2f %12.2f %14.2f%n", name, linear, one, average);
    }

    private static float[] image(ImageDataset data, int index) {
        float[] image = new float[SIZE * SIZE];
        data.copyInto(image, 0, index % data.size(), false);
        return image;
    }

    private void compare(
            Langevin platform, List<Double> usual, String name, IntFunction<float[]> given)
            throws InterruptedException {
        List<Double> others = scores(platform, given);
        double above = 0;
        for (double other : others) {
            for (double one : usual) {
                above += other > one ? 1 : other == one ? 0.5 : 0;
            }
        }
        System.out.printf("%-26s %10.3f%n", name, above / others.size() / usual.size());
    }

    private List<Double> scores(Langevin platform, IntFunction<float[]> given)
            throws InterruptedException {
        List<SamplingCall> calls = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            Task score =
                    Task.newBuilder()
                            .setKind(TaskKind.SCORE)
                            .setImage(Float32.bytes(given.apply(i)))
                            .build();
            calls.add(
                    platform.sample(
                            SampleRequest.newBuilder()
                                    .setModel("fashion")
                                    .setSeed((long) i)
                                    .setTask(score)));
        }
        return calls.stream().map(call -> call.get().get(0).getScore()).toList();
    }

    /** Peak signal to noise ratio for a peak of 1. */
    private static double decibels(float[] truth, float[] image) {
        double squares = 0;
        for (int k = 0; k < truth.length; k++) {
            double clamped = Math.min(1, Math.max(0, image[k]));
            squares += Math.pow(clamped - truth[k], 2);
        }
        return -10 * Math.log10(squares / truth.length);
    }

    private static Measured reduced(float[] image, int factor) {
        int small = SIZE / factor;
        float[] y = new float[small * small];
        for (int k = 0; k < image.length; k++) {
            y[k / SIZE / factor * small + k % SIZE / factor] += image[k] / (factor * factor);
        }
        Task task =
                Task.newBuilder()
                        .setKind(TaskKind.SUPER_RESOLVE)
                        .setImage(Float32.bytes(y))
                        .setFactor(factor)
                        .build();
        return new Measured(task, Bicubic.enlarged(y, small, factor));
    }

    /** The blurred image with noise is its own baseline. */
    private Measured blurred(float[] image) {
        float[] y = GaussianBlur.of(image, SIZE, BLUR);
        for (int k = 0; k < y.length; k++) {
            y[k] += (float) (NOISE * random.nextGaussian());
        }
        Task task =
                Task.newBuilder()
                        .setKind(TaskKind.DEBLUR)
                        .setImage(Float32.bytes(y))
                        .setBlur(BLUR)
                        .setSigma(NOISE)
                        .build();
        return new Measured(task, y);
    }

    /** The baseline is the adjoint, which is the pseudo-inverse of orthonormal rows. */
    private Measured sensed(float[] image) {
        float[] y = new float[MEASUREMENTS];
        float[] adjoint = new float[image.length];
        for (int i = 0; i < MEASUREMENTS; i++) {
            for (int k = 0; k < image.length; k++) {
                y[i] += matrix[i * image.length + k] * image[k];
            }
            for (int k = 0; k < image.length; k++) {
                adjoint[k] += matrix[i * image.length + k] * y[i];
            }
        }
        Task task =
                Task.newBuilder()
                        .setKind(TaskKind.COMPRESSED_SENSING)
                        .setImage(Float32.bytes(y))
                        .setMatrix(Float32.bytes(matrix))
                        .build();
        return new Measured(task, adjoint);
    }

    /** Random directions, each without its part in those before (Gram and Schmidt). */
    private static float[] orthonormalRows(Random random) {
        int dimension = SIZE * SIZE;
        double[][] rows = new double[MEASUREMENTS][dimension];
        float[] flat = new float[MEASUREMENTS * dimension];
        for (int i = 0; i < MEASUREMENTS; i++) {
            Arrays.setAll(rows[i], k -> random.nextGaussian());
            for (int before = 0; before < i; before++) {
                subtract(rows[i], rows[before], dot(rows[i], rows[before]));
            }
            double length = Math.sqrt(dot(rows[i], rows[i]));
            for (int k = 0; k < dimension; k++) {
                rows[i][k] /= length;
                flat[i * dimension + k] = (float) rows[i][k];
            }
        }
        return flat;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }

    private static void subtract(double[] from, double[] direction, double part) {
        for (int k = 0; k < from.length; k++) {
            from[k] -= part * direction[k];
        }
    }
}
