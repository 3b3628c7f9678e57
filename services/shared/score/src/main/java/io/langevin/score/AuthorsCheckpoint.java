package io.langevin.score;

import io.langevin.noise.NoiseSchedule;
import io.langevin.torchfiles.TorchFile;
import io.langevin.torchfiles.TorchTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads what the authors' code saves: a list of the network's state_dict, the optimiser's, the
 * epoch, the step and, where it was kept, the moving average. A state_dict alone will do, and so
 * will a map that has it, or a moving average, under one of the names that people use.
 *
 * <p>The weights are the moving average where there is one; family, ngf and channels follow from
 * the tensors' names and shapes.
 */
public final class AuthorsCheckpoint {
    /** What DataParallel and torch.compile put before every name, once or several times. */
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

    private static final List<String> STATES =
            List.of("state_dict", "model_state_dict", "model", "net", "network", "score_model");
    private static final List<String> AVERAGES =
            List.of("ema", "ema_state_dict", "model_ema", "ema_model");
    private static final List<String> STEPS = List.of("step", "global_step", "iteration");
    private static final String FIRST = "begin_conv.weight";
    private static final int NAMED = 10;
    private static final String SIGMAS = "sigmas";
    private static final int STEP = 3;
    private static final int AVERAGE = 4;

    /**
     * What the authors' file does not say.
     *
     * @param imageSize height and width of an image in pixels
     * @param stepsPerLevel T
     * @param epsilon ε in squared pixel units
     * @param denoise whether sampling ends with a denoising step
     * @param schedule the noise scales of a file that has none
     */
    public record Sampling(
            int imageSize,
            int stepsPerLevel,
            double epsilon,
            boolean denoise,
            Optional<NoiseSchedule> schedule) {
        public Sampling {
            if (stepsPerLevel < 1) {
                throw new IllegalArgumentException(
                        "stepsPerLevel: must be at least 1, not " + stepsPerLevel);
            }
            if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "epsilon: must be finite and above 0, not " + epsilon);
            }
        }
    }

    private final Map<String, TorchTensor> state;
    private final Map<String, TorchTensor> average;
    private final Optional<Long> step;

    private AuthorsCheckpoint(
            Map<String, TorchTensor> state, Map<String, TorchTensor> average, Optional<Long> step) {
        this.state = state;
        this.average = average;
        this.step = step;
    }

    /**
     * @throws IllegalArgumentException where the file is malformed, asks for anything but values,
     *     or is no NCSNv2: what and where
     */
    public static Checkpoint read(Path path, Sampling sampling) throws IOException {
        try (TorchFile file = TorchFile.open(path)) {
            return read(file.content(), path, sampling);
        }
    }

    /** The checkpoint of what a file holds. */
    static Checkpoint read(Object content, Path path, Sampling sampling) throws IOException {
        AuthorsCheckpoint read = of(content);
        NetworkArchitecture network = read.architecture(sampling.imageSize());
        return new Checkpoint(
                network,
                read.schedule(sampling),
                sampling.stepsPerLevel(),
                sampling.epsilon(),
                sampling.denoise(),
                "",
                Optional.empty(),
                read.weights(network, Files.size(path)),
                read.origin(path));
    }

    private static AuthorsCheckpoint of(Object content) {
        if (content instanceof Map<?, ?> map) {
            return ofMap(map);
        }
        if (!(content instanceof List<?> states)
                || states.size() < AVERAGE
                || states.size() > AVERAGE + 1
                || !(states.get(0) instanceof Map<?, ?> state)) {
            throw new IllegalArgumentException(
                    "checkpoint: must be a state_dict, or a list of one, an optimiser's state,"
                            + " epoch, step and perhaps a moving average");
        }
        Optional<Long> step =
                states.get(STEP) instanceof Long number ? Optional.of(number) : Optional.empty();
        boolean averaged = states.size() > AVERAGE && states.get(AVERAGE) instanceof Map<?, ?>;
        return new AuthorsCheckpoint(
                tensors(state),
                averaged ? tensors((Map<?, ?>) states.get(AVERAGE)) : Map.of(),
                step);
    }

    /** A state_dict, or a map that has one. */
    private static AuthorsCheckpoint ofMap(Map<?, ?> map) {
        Map<String, TorchTensor> own = tensors(map);
        Optional<Map<String, TorchTensor>> state = network(map, STATES);
        Optional<Map<String, TorchTensor>> average = network(map, AVERAGES);
        if (own.containsKey(FIRST) || state.isEmpty() && average.isEmpty()) {
            requireAny(own, map);
            return new AuthorsCheckpoint(own, Map.of(), Optional.empty());
        }
        Optional<Long> step =
                STEPS.stream()
                        .map(map::get)
                        .filter(Long.class::isInstance)
                        .map(Long.class::cast)
                        .findFirst();
        return new AuthorsCheckpoint(
                state.or(() -> average).orElseThrow(), average.orElse(Map.of()), step);
    }

    /** The first map under one of these names that holds a network. */
    private static Optional<Map<String, TorchTensor>> network(Map<?, ?> map, List<String> names) {
        return names.stream()
                .map(map::get)
                .filter(Map.class::isInstance)
                .map(value -> tensors((Map<?, ?>) value))
                .filter(tensors -> tensors.containsKey(FIRST))
                .findFirst();
    }

    private static void requireAny(Map<String, TorchTensor> tensors, Map<?, ?> map) {
        if (tensors.isEmpty()) {
            List<String> keys = map.keySet().stream().map(String::valueOf).limit(NAMED).toList();
            throw new IllegalArgumentException(
                    "checkpoint: must have a network under one of %s or %s, but the file has %s"
                            .formatted(STATES, AVERAGES, keys));
        }
    }

    private static String unwrapped(String name) {
        String left = name;
        for (boolean again = true; again; ) {
            again = false;
            for (String wrapper : WRAPPERS) {
                if (left.startsWith(wrapper)) {
                    left = left.substring(wrapper.length());
                    again = true;
                }
            }
        }
        return left;
    }

    private static Map<String, TorchTensor> tensors(Map<?, ?> named) {
        Map<String, TorchTensor> tensors = new LinkedHashMap<>();
        named.forEach(
                (name, value) -> {
                    if (name instanceof String text && value instanceof TorchTensor tensor) {
                        tensors.put(unwrapped(text), tensor);
                    }
                });
        return tensors;
    }

    private Map<String, TorchTensor> averageOrState() {
        return average.isEmpty() ? state : average;
    }

    private NetworkArchitecture architecture(int imageSize) {
        TorchTensor first = averageOrState().get(FIRST);
        if (first == null || first.shape().size() != 4) {
            throw new IllegalArgumentException(
                    "begin_conv.weight: must have 4 dimensions, but "
                            + (first == null ? "is missing" : "has the shape " + first.shape()));
        }
        return new NetworkArchitecture(family(), side(first, 0), side(first, 1), imageSize);
    }

    private NetworkArchitecture.Family family() {
        if (hasStage("res31")) {
            return NetworkArchitecture.Family.DEEPEST;
        }
        return hasStage("res5")
                ? NetworkArchitecture.Family.DEEPER
                : NetworkArchitecture.Family.BASE;
    }

    private boolean hasStage(String name) {
        return averageOrState().keySet().stream().anyMatch(n -> n.startsWith(name + "."));
    }

    private static int side(TorchTensor tensor, int dimension) {
        return (int) Math.min(tensor.shape().get(dimension), Integer.MAX_VALUE);
    }

    private NoiseSchedule schedule(Sampling sampling) throws IOException {
        TorchTensor sigmas = state.get(SIGMAS);
        if (sigmas == null) {
            return sampling.schedule()
                    .orElseThrow(
                            () ->
                                    new IllegalArgumentException(
                                            "sigmas: the file has none, so they must be given"));
        }
        if (sigmas.shape().size() != 1 || sigmas.size() > NoiseSchedule.MAXIMUM_LEVELS) {
            throw new IllegalArgumentException(
                    "sigmas: must be up to %d numbers in a row, but have the shape %s"
                            .formatted(NoiseSchedule.MAXIMUM_LEVELS, sigmas.shape()));
        }
        List<Double> scales = new ArrayList<>();
        for (float sigma : sigmas.floats()) {
            scales.add((double) sigma);
        }
        return new NoiseSchedule(scales);
    }

    /** No tensor is read before its shape is right, and no more of them than the file can hold. */
    private float[] weights(NetworkArchitecture network, long fileBytes) throws IOException {
        ParameterLayout layout = ParameterLayout.of(network);
        if (layout.size() > Math.min(fileBytes / Short.BYTES, Integer.MAX_VALUE / Float.BYTES)) {
            throw new IllegalArgumentException(
                    "network: %s has %d parameters, too many for a file of %d bytes"
                            .formatted(network, layout.size(), fileBytes));
        }
        float[] weights = new float[layout.size()];
        for (ParameterLayout.Parameter parameter : layout.parameters()) {
            float[] part = tensor(parameter).floats();
            System.arraycopy(part, 0, weights, parameter.offset(), part.length);
        }
        return weights;
    }

    private TorchTensor tensor(ParameterLayout.Parameter parameter) {
        TorchTensor tensor = averageOrState().get(parameter.name());
        parameter.requireShape(Optional.ofNullable(tensor).map(TorchTensor::shape));
        return tensor;
    }

    private Map<String, String> origin(Path path) {
        Map<String, String> origin = new TreeMap<>();
        origin.put("imported from", "" + path.getFileName());
        origin.put("weights", average.isEmpty() ? "of the last step" : "moving average");
        step.ifPresent(n -> origin.put("step", "" + n));
        return origin;
    }
}
