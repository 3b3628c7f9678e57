package io.langevin.quality;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * A network from a TorchScript file that an operator names, such as the Inception network of FID.
 *
 * <p>Its {@code forward} takes x [B, 3, H, W], float32 in 0..1 (it resizes and normalises itself),
 * and gives features [B, F] or a tuple of features [B, F] and logits [B, classes], float32. It runs
 * on the calling thread alone, 64 images at a time.
 *
 * <p>A TorchScript file is a program that runs in this process: take it from an operator, never
 * from an event.
 */
public final class TorchScriptExtractor implements FeatureExtractor {
    /** Features of Inception-v3's last pooling, which FID is defined on (Heusel et al. 2017). */
    private static final int INCEPTION_FEATURES = 2048;

    private final String name;
    private final ScriptModule program;
    private final ImageSet trial;
    private final int features;

    private TorchScriptExtractor(String name, ScriptModule program, ImageSet trial) {
        this.name = name;
        this.program = program;
        this.trial = trial;
        this.features = extract(trial).features().dimension();
    }

    /**
     * Loads the file and tries it on two black images.
     *
     * @param file the TorchScript file; its name without the ending becomes {@link #name()}
     * @param channels 1 or 3, of the images to come; grey is repeated into 3 channels
     * @param size their height and width in pixels
     * @throws IOException where the file cannot be read
     * @throws IllegalArgumentException where it is no TorchScript, or its {@code forward} does not
     *     do what is asked of it
     */
    public static TorchScriptExtractor open(Path file, int channels, int size) throws IOException {
        String name = file.getFileName().toString().replaceFirst("\\.[^.]+$", "");
        var trial = new ImageSet(channels, size, new float[2 * channels * size * size]);
        ScriptModule program = load(file);
        try {
            return new TorchScriptExtractor(name, program, trial);
        } catch (RuntimeException e) {
            program.close();
            throw e;
        }
    }

    private static ScriptModule load(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return ScriptModule.load(in);
        } catch (EngineException e) {
            throw new IllegalArgumentException(
                    "file: must be TorchScript, but %s cannot be loaded: %s"
                            .formatted(file.getFileName(), firstLine(e)),
                    e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int features() {
        return features;
    }

    /** FID with 2048 features: the operator's word that they are Inception's. */
    @Override
    public String distanceName() {
        return features == INCEPTION_FEATURES ? "FID" : FeatureExtractor.super.distanceName();
    }

    @Override
    public Extraction extract(ImageSet images) {
        if (images.channels() != trial.channels() || images.size() != trial.size()) {
            throw new IllegalArgumentException(
                    "images: must have %s, not %s".formatted(trial.shape(), images.shape()));
        }
        var vectors = new Rows("features", images.count());
        var logits = new Rows("logits", images.count());
        try {
            program.runBatches(
                    images,
                    "forward",
                    (first, count, batch, answer, scratch) -> {
                        if (!answer.isTuple()) {
                            vectors.add(first, count, batch, answer, scratch);
                            return;
                        }
                        IValue[] parts = answer.toIValueTuple();
                        try {
                            if (parts.length != 2) {
                                throw wrong("a tuple of 2", "one of " + parts.length);
                            }
                            vectors.add(first, count, batch, parts[0], scratch);
                            logits.add(first, count, batch, parts[1], scratch);
                        } finally {
                            Arrays.stream(parts).forEach(IValue::close);
                        }
                    });
        } catch (EngineException e) {
            throw new IllegalArgumentException(
                    "forward: must take [B, 3, %d, %d], but %s fails: %s"
                            .formatted(images.size(), images.size(), name, firstLine(e)),
                    e);
        }
        return new Extraction(vectors.all().orElseThrow(), logits.all());
    }

    @Override
    public void close() {
        program.close();
    }

    /** PyTorch's errors go on with its own stack. */
    private static String firstLine(EngineException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    }

    private static IllegalArgumentException wrong(String rule, String value) {
        return new IllegalArgumentException("forward: must give %s, not %s".formatted(rule, value));
    }

    /** Rows of one kind, gathered batch by batch. */
    private static final class Rows {
        private final String kind;
        private final int count;
        private float[] values = {};

        Rows(String kind, int count) {
            this.kind = kind;
            this.count = count;
        }

        void add(int first, int images, int batch, IValue answer, PtNDManager scratch) {
            if (!answer.isTensor()) {
                throw wrong("a tensor of " + kind, answer.getType());
            }
            NDArray rows = answer.toTensor(scratch);
            Shape shape = rows.getShape();
            if (rows.getDataType() != DataType.FLOAT32
                    || shape.dimension() != 2
                    || shape.get(0) != batch
                    || shape.get(1) < 1) {
                throw wrong(
                        "%s [%d, n] of float32".formatted(kind, batch),
                        shape + " of " + rows.getDataType());
            }
            int width = Math.toIntExact(shape.get(1));
            if (values.length == 0) {
                values = new float[Math.multiplyExact(count, width)];
            }
            System.arraycopy(rows.toFloatArray(), 0, values, first * width, images * width);
        }

        Optional<Features> all() {
            return values.length == 0
                    ? Optional.empty()
                    : Optional.of(new Features(values.length / count, values));
        }
    }
}
