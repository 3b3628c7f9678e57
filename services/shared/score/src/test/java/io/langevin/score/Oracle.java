package io.langevin.score;

import io.langevin.noise.NoiseSchedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Numbers from the authors' code, one file a network. The folder is the system property {@code
 * oracles}, by default the one in the test resources.
 */
record Oracle(String name, SafeTensors file) {
    private static final Path FOLDER =
            Path.of(System.getProperty("oracles", "src/test/resources/oracles"));

    static List<Oracle> all() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(".safetensors"))
                    .sorted()
                    .map(Oracle::read)
                    .toList();
        }
    }

    static Oracle named(String name) {
        return read(Path.of("src/test/resources/oracles", name + ".safetensors"));
    }

    private static Oracle read(Path path) {
        try {
            return new Oracle(
                    path.getFileName().toString(), SafeTensors.read(Files.readAllBytes(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the authors call the network. */
    String network() {
        return file.metadata().get("network");
    }

    boolean isTrajectory() {
        return file.tensors().containsKey("trajectory");
    }

    NetworkArchitecture architecture() {
        NetworkArchitecture.Family family =
                switch (network()) {
                    case "NCSN" -> NetworkArchitecture.Family.NCSN;
                    case "NCSNv2" -> NetworkArchitecture.Family.BASE;
                    case "NCSNv2Deeper" -> NetworkArchitecture.Family.DEEPER;
                    case "NCSNv2Deepest" -> NetworkArchitecture.Family.DEEPEST;
                    default -> throw new IllegalArgumentException(network());
                };
        return new NetworkArchitecture(
                family,
                number("ngf"),
                number("channels"),
                number("image_size"),
                family.isConditional() ? number("levels") : 0);
    }

    int number(String key) {
        return Integer.parseInt(file.metadata().get(key));
    }

    float[] floats(String tensor) {
        return file.tensors().get(tensor).floats();
    }

    boolean has(String tensor) {
        return file.tensors().containsKey(tensor);
    }

    /** σ of every example of the batch. */
    float[] sigmas() {
        float[] scales = floats("sigmas");
        long[] levels = levels();
        float[] chosen = new float[levels.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = scales[(int) levels[i]];
        }
        return chosen;
    }

    /** Noise level of every example of the batch. */
    long[] levels() {
        ByteBuffer data =
                file.tensors().get("level").data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        long[] levels = new long[data.remaining() / 8];
        data.asLongBuffer().get(levels);
        return levels;
    }

    /** Noise scales, largest first. */
    NoiseSchedule schedule() {
        float[] scales = floats("sigmas");
        return new NoiseSchedule(
                IntStream.range(0, scales.length).mapToObj(i -> (double) scales[i]).toList());
    }

    /** The tensors {@code prefix<parameter>} as one flat vector. */
    float[] flat(String prefix) {
        ParameterLayout layout = ParameterLayout.of(architecture());
        float[] flat = new float[layout.size()];
        for (ParameterLayout.Parameter parameter : layout.parameters()) {
            float[] part = floats(prefix + parameter.name());
            System.arraycopy(part, 0, flat, parameter.offset(), part.length);
        }
        return flat;
    }

    TorchScoreNetwork scoreNetwork() {
        return scoreNetwork(CompiledNetwork.Precision.FLOAT32);
    }

    TorchScoreNetwork scoreNetwork(CompiledNetwork.Precision precision) {
        return new TorchScoreNetwork(
                architecture(), schedule(), flat("weights."), precision, TestDevice.ON);
    }

    @Override
    public String toString() {
        return name;
    }
}
