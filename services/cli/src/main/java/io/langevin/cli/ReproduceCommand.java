package io.langevin.cli;

import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.ImageGrid;
import io.langevin.cli.terminal.InputFile;
import io.langevin.cli.terminal.SamplingBar;
import io.langevin.cli.terminal.Writable;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.rules.RecordRules;
import io.langevin.messaging.text.FlatRecord;
import io.langevin.process.Inert;
import io.langevin.records.GeneratedImage;
import io.langevin.records.ImageOrigin;
import io.langevin.records.ImageTask;
import io.langevin.records.SampleRequest;
import io.langevin.records.Task;
import io.langevin.records.TaskKind;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an image again from what it says of itself. */
@Command(
        name = "reproduce",
        description = {
            "Make an image again from what the PNG says of itself, and compare the bytes.",
            "Ends with 0 where they are the same."
        })
final class ReproduceCommand implements Callable<Integer> {
    private static final long LARGEST_IMAGE = 1_000_000;
    private static final int LONGEST_TEXT = 100;

    /** A film strip of 64 images of 256×256 has no more. */
    private static final long MOST_PIXELS = 16_000_000;

    @Mixin Connection connection;

    @Parameters(paramLabel = "FILE", description = "A PNG of this platform.")
    Path file;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "The image that was given; by default the one of the artifact store.")
    Path image;

    @Option(names = "--mask", paramLabel = "FILE", description = "The same for the mask.")
    Path mask;

    @Option(names = "--matrix", paramLabel = "FILE", description = "The same for the matrix.")
    Path matrix;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the new image there.")
    Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Writable.require("--out", out);
        MadeImage made = MadeImage.read(file);
        int[] before = pixels(made.bytes());
        ImageOrigin origin = made.origin();
        boolean between = origin.getTask().getKind() == TaskKind.INTERPOLATE;
        requireIndex(origin.getTask(), between);
        SampleRequest request = request(origin, between);
        GeneratedImage again;
        try (PlatformClient platform = connection.platform()) {
            again =
                    SamplingBar.ask(platform, request, connection.patience().toSeconds())
                            .images()
                            .get(between ? origin.getTask().getIndex() : 0);
        }
        byte[] bytes = ImageGrid.bytes(again);
        if (out != null) {
            Files.write(out, bytes);
        }
        if (Arrays.equals(bytes, made.bytes())) {
            System.out.printf("the same %d bytes%n", bytes.length);
            return 0;
        }
        boolean samePixels = Arrays.equals(pixels(bytes), before);
        throw new CommandFailure(
                "the pixels are %s; what differs of the description: %s"
                        .formatted(
                                samePixels ? "the same, the file is not" : "others",
                                differences(
                                        FlatRecord.fields(origin),
                                        FlatRecord.fields(again.getOrigin()))));
    }

    private static void requireIndex(ImageTask task, boolean between) {
        Integer index = task.getIndex();
        Integer count = task.getCount();
        if (between && (index == null || count == null || index < 0 || index >= count)) {
            throw new CommandFailure(
                    "task.index: must be 0 to task.count − 1, not %s of %s"
                            .formatted(index, count));
        }
    }

    private SampleRequest request(ImageOrigin origin, boolean between) throws IOException {
        ImageTask was = origin.getTask();
        Task.Builder task =
                Task.newBuilder()
                        .setKind(was.getKind())
                        .setFirstSeed(was.getFirstSeed())
                        .setLastSeed(was.getLastSeed())
                        .setEveryRows(was.getEveryRows())
                        .setSigma(was.getSigma())
                        .setFactor(was.getFactor())
                        .setBlur(was.getBlur())
                        .setImage(given("--image", image))
                        .setImageArtifact(image == null ? was.getImage() : null)
                        .setMask(given("--mask", mask))
                        .setMaskArtifact(mask == null ? was.getMask() : null)
                        .setMatrix(given("--matrix", matrix))
                        .setMatrixArtifact(matrix == null ? was.getMatrix() : null);
        return SampleRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setModel(origin.getModel())
                .setCheckpoint(origin.getCheckpoint())
                .setSampler(origin.getSampler())
                .setTask(task.build())
                .setCount(between ? was.getCount() : 1)
                .setSeed(between ? null : (Long) origin.getSeed())
                .setSeedOfImage(!between)
                .build();
    }

    private static ByteBuffer given(String option, Path file) throws IOException {
        return file == null ? null : ByteBuffer.wrap(InputFile.read(option, file, LARGEST_IMAGE));
    }

    private int[] pixels(byte[] png) throws IOException {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
            ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
            reader.setInput(in);
            long size = (long) reader.getWidth(0) * reader.getHeight(0);
            if (size > MOST_PIXELS) {
                throw new CommandFailure(
                        "%s: must have at most %d pixels, not %d"
                                .formatted(file, MOST_PIXELS, size));
            }
            BufferedImage image = reader.read(0);
            int width = image.getWidth();
            return image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
        } catch (IIOException e) {
            throw new CommandFailure(
                    "%s: must be a PNG that can be shown: %s".formatted(file, e.getMessage()));
        }
    }

    private static String differences(Map<String, String> before, Map<String, String> after) {
        Map<String, String> all = new TreeMap<>(before);
        all.putAll(after);
        String differences =
                all.keySet().stream()
                        .filter(field -> !Objects.equals(before.get(field), after.get(field)))
                        .map(
                                field ->
                                        "%s was %s, is %s"
                                                .formatted(
                                                        shown(field),
                                                        shown(before.get(field)),
                                                        shown(after.get(field))))
                        .collect(Collectors.joining("; "));
        return differences.isEmpty() ? "nothing" : differences;
    }

    private static String shown(String text) {
        return Inert.text(RecordRules.abbreviated("" + text, LONGEST_TEXT));
    }
}
