package io.langevin.score;

import io.langevin.score.NetworkArchitecture.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where every parameter lies in the one flat float32 vector of weights.
 *
 * <p>Names and order are those of the authors' {@code named_parameters()}: their tensors laid end
 * to end are the vector.
 */
public final class ParameterLayout {
    /**
     * One tensor of the network.
     *
     * @param name the authors' dotted name
     * @param shape its shape
     * @param offset its first element's place in the flat vector
     */
    public record Parameter(String name, List<Integer> shape, int offset) {
        public Parameter {
            shape = List.copyOf(shape);
        }

        /** Whether it scales or shifts after a normalisation. */
        boolean isNorm() {
            return name.endsWith(".alpha")
                    || name.endsWith(".gamma")
                    || name.endsWith(".beta")
                    || name.endsWith(".embed.weight");
        }

        /** Number of elements. */
        public int size() {
            return shape.stream().reduce(1, Math::multiplyExact);
        }

        /**
         * @param found the shape of the tensor of this name; empty where there is none
         * @throws IllegalArgumentException where it is not this one
         */
        void requireShape(Optional<List<Long>> found) {
            List<Long> wanted = shape.stream().map(Long::valueOf).toList();
            if (!found.equals(Optional.of(wanted))) {
                throw new IllegalArgumentException(
                        "%s: must have the shape %s, but %s"
                                .formatted(
                                        name,
                                        wanted,
                                        found.map(shape -> "has " + shape).orElse("is missing")));
            }
        }
    }

    private final NetworkArchitecture network;
    private final List<Parameter> parameters = new ArrayList<>();
    private final Map<String, Integer> indices = new LinkedHashMap<>();
    private int size;

    private ParameterLayout(NetworkArchitecture network) {
        this.network = network;
    }

    /**
     * The layout of a network's weights.
     *
     * @throws IllegalArgumentException where there are more than fit into an array
     */
    public static ParameterLayout of(NetworkArchitecture network) {
        try {
            return laidOut(network);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "network: %s has too many weights".formatted(network), e);
        }
    }

    private static ParameterLayout laidOut(NetworkArchitecture network) {
        var layout = new ParameterLayout(network);
        layout.convolution("begin_conv", network.channels(), network.ngf(), 3);
        layout.norm("normalizer", network.ngf());
        layout.convolution("end_conv", network.ngf(), network.channels(), 3);
        List<Stage> stages = network.stages();
        for (int i = 0; i < stages.size(); i++) {
            layout.residualBlocks(stages.get(i), network.widthBefore(i), network.width(i));
        }
        for (int i : byRefineName(stages)) {
            int inputs = i == stages.size() - 1 ? 1 : 2;
            int outputRounds = i == 0 ? 3 : 1;
            layout.refineBlock(
                    stages.get(i).refine(),
                    inputs,
                    network.width(i),
                    network.widthBefore(i),
                    outputRounds);
        }
        return layout;
    }

    /** Every parameter, in the order of the vector. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters);
    }

    /** Length of the flat vector. */
    public int size() {
        return size;
    }

    /** The position of a parameter in {@link #parameters()}. */
    public int index(String name) {
        Integer index = indices.get(name);
        if (index == null) {
            throw new IllegalArgumentException("The network has no parameter " + name);
        }
        return index;
    }

    /** The flat vector cut into its tensors, by name, in order. */
    public Map<String, SafeTensors.Tensor> split(float[] weights) {
        Map<String, SafeTensors.Tensor> tensors = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
            float[] part =
                    Arrays.copyOfRange(
                            weights, parameter.offset(), parameter.offset() + parameter.size());
            Long[] shape = parameter.shape().stream().map(Long::valueOf).toArray(Long[]::new);
            tensors.put(parameter.name(), SafeTensors.Tensor.of(part, shape));
        }
        return tensors;
    }

    /**
     * The flat vector from tensors by name; others are passed over.
     *
     * @throws IllegalArgumentException where one is missing or has another shape
     */
    public float[] join(Map<String, SafeTensors.Tensor> tensors) {
        for (Parameter parameter : parameters) {
            SafeTensors.Tensor tensor = tensors.get(parameter.name());
            parameter.requireShape(Optional.ofNullable(tensor).map(SafeTensors.Tensor::shape));
        }
        float[] weights = new float[size]; // as many as there are in the file, as is known by now
        for (Parameter parameter : parameters) {
            SafeTensors.Tensor tensor = tensors.get(parameter.name());
            System.arraycopy(tensor.floats(), 0, weights, parameter.offset(), parameter.size());
        }
        return weights;
    }

    /** Whether there is a parameter of this name. */
    boolean contains(String name) {
        return indices.containsKey(name);
    }

    /** The authors declare refine31 after refine3 although it is evaluated before it. */
    private static List<Integer> byRefineName(List<Stage> stages) {
        Comparator<Integer> byName = Comparator.comparing(i -> stages.get(i).refine());
        return IntStream.range(0, stages.size()).boxed().sorted(byName).toList();
    }

    private void residualBlocks(Stage stage, int in, int out) {
        String first = stage.residual() + ".0";
        String pooled = stage.halves() ? ".conv" : "";
        convolution(first + ".conv1", in, in, 3);
        norm(first + ".normalize2", in);
        convolution(first + ".conv2" + pooled, in, out, 3);
        if (stage.convolvesShortcut()) {
            convolution(first + ".shortcut" + pooled, in, out, stage.halves() ? 1 : 3);
        }
        norm(first + ".normalize1", in);
        String second = stage.residual() + ".1";
        convolution(second + ".conv1", out, out, 3);
        norm(second + ".normalize2", out);
        convolution(second + ".conv2", out, out, 3);
        norm(second + ".normalize1", out);
    }

    private void refineBlock(String name, int inputs, int in, int out, int outputRounds) {
        for (int i = 0; i < inputs; i++) {
            residualUnits(name + ".adapt_convs." + i, in, 2);
        }
        residualUnits(name + ".output_convs", out, outputRounds);
        for (int i = 0; i < inputs && inputs > 1; i++) {
            convolution(name + ".msf.convs." + i, in, out, 3);
        }
        for (int i = 0; i < inputs && inputs > 1; i++) {
            conditionalNorm(name + ".msf.norms." + i, in);
        }
        add(name + ".crp.convs.0.weight", out, out, 3, 3);
        add(name + ".crp.convs.1.weight", out, out, 3, 3);
        conditionalNorm(name + ".crp.norms.0", out);
        conditionalNorm(name + ".crp.norms.1", out);
    }

    private void residualUnits(String name, int width, int rounds) {
        for (int round = 1; round <= rounds; round++) {
            conditionalNorm(name + "." + round + "_1_norm", width);
            add(name + "." + round + "_1_conv.weight", width, width, 3, 3);
            conditionalNorm(name + "." + round + "_2_norm", width);
            add(name + "." + round + "_2_conv.weight", width, width, 3, 3);
        }
    }

    private void convolution(String name, int in, int out, int kernel) {
        add(name + ".weight", out, in, kernel, kernel);
        add(name + ".bias", out);
    }

    private void norm(String name, int width) {
        if (network.family().isConditional()) {
            conditionalNorm(name, width);
            return;
        }
        add(name + ".alpha", width);
        add(name + ".gamma", width);
        add(name + ".beta", width);
    }

    /** γ, α and β of every level, where the network is conditional. */
    private void conditionalNorm(String name, int width) {
        if (network.family().isConditional()) {
            add(name + ".embed.weight", network.levels(), 3 * width);
        }
    }

    private void add(String name, Integer... shape) {
        var parameter = new Parameter(name, List.of(shape), size);
        indices.put(name, parameters.size());
        parameters.add(parameter);
        size = Math.addExact(size, parameter.size());
    }
}
