package io.langevin.cli;

import io.langevin.cli.terminal.InputFile;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What is to be made, on the command line. */
final class TaskOptions {
    /** What a request can carry. */
    private static final long LARGEST_IMAGE = 1_000_000;

    @Option(
            names = "--task",
            paramLabel = "KIND",
            description =
                    "generate (default), interpolate, inpaint, denoise, trajectory (a film strip),"
                            + " image-to-image, super-resolve, deblur, colorize,"
                            + " compressed-sensing or score (how unusual an image is).")
    String kind;

    @Option(
            names = "--first-seed",
            paramLabel = "S",
            description = "interpolate: the first image is that of --seed S.")
    Long firstSeed;

    @Option(
            names = "--last-seed",
            paramLabel = "S",
            description = "interpolate: the last image is that of --seed S.")
    Long lastSeed;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description =
                    "inpaint, denoise, image-to-image, super-resolve, deblur, colorize, score: PNG or"
                            + " JPEG; or float32 numbers, as many as pixels."
                            + " compressed-sensing: float32 numbers, one a row of --matrix.")
    Path image;

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description = "inpaint: an image that is white where --image is to be kept.")
    Path mask;

    @Option(
            names = "--sigma",
            paramLabel = "S",
            description =
                    "Standard deviation of noise; pixels are 0 to 1. denoise and those that"
                            + " restore: of the noise in --image. image-to-image: of the noise"
                            + " that is added; the more, the less is kept.")
    Double sigma;

    @Option(
            names = "--factor",
            paramLabel = "K",
            description = "super-resolve: a pixel of --image is the average of K·K pixels.")
    Integer factor;

    @Option(
            names = "--blur",
            paramLabel = "P",
            description = "deblur: standard deviation of the Gaussian in pixels.")
    Double blur;

    @Option(
            names = "--matrix",
            paramLabel = "FILE",
            description =
                    "compressed-sensing: float32 numbers, row by row; a row has as many as an"
                            + " image. At most 1,000,000 bytes; a larger one is given by a"
                            + " program, as an artifact.")
    Path matrix;

    @Option(
            names = "--every-rows",
            paramLabel = "K",
            description = "trajectory: a frame after every K network evaluations.")
    Integer everyRows;

    Task task() throws IOException {
        return Task.newBuilder()
                .setKind(EnumOption.parse("--task", TaskKind.class, kind, TaskKind.GENERATE))
                .setFirstSeed(firstSeed)
                .setLastSeed(lastSeed)
                .setImage(bytes("--image", image))
                .setMask(bytes("--mask", mask))
                .setSigma(sigma)
                .setEveryRows(everyRows)
                .setFactor(factor)
                .setBlur(blur)
                .setMatrix(bytes("--matrix", matrix))
                .build();
    }

    /** An interpolation is one row to be read, film strips lie one under the other. */
    int columns(int usual, int images) {
        return switch (EnumOption.parse("--task", TaskKind.class, kind, TaskKind.GENERATE)) {
            case INTERPOLATE -> Math.min(images, 16);
            case TRAJECTORY -> 1;
            default -> usual;
        };
    }

    private static ByteBuffer bytes(String option, Path file) throws IOException {
        if (file == null) {
            return null;
        }
        return ByteBuffer.wrap(InputFile.read(option, file, LARGEST_IMAGE));
    }
}
