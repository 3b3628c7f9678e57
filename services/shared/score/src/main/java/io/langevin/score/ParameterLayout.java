package io.langevin.score;

import io.langevin.score.NetworkBlocks.ConditionalNorm;
import io.langevin.score.NetworkBlocks.Convolution;
import io.langevin.score.NetworkBlocks.Norm;
import io.langevin.score.NetworkBlocks.Weighted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        NetworkBlocks.of(network).weighted().forEach(layout::addWeights);
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

    private void addWeights(Weighted block) {
        if (block instanceof Convolution convolution) {
            add(
                    convolution.name() + ".weight",
                    convolution.out(),
                    convolution.in(),
                    convolution.kernel(),
                    convolution.kernel());
            if (convolution.hasBias()) {
                add(convolution.name() + ".bias", convolution.out());
            }
        } else if (block instanceof Norm norm) {
            addNorm(norm);
        } else if (block instanceof ConditionalNorm norm && network.family().isConditional()) {
            addEmbedding(norm.name(), norm.width());
        }
    }

    private void addNorm(Norm norm) {
        if (network.family().isConditional()) {
            addEmbedding(norm.name(), norm.width());
            return;
        }
        add(norm.name() + ".alpha", norm.width());
        add(norm.name() + ".gamma", norm.width());
        add(norm.name() + ".beta", norm.width());
    }

    /** γ, α and β of every level. */
    private void addEmbedding(String name, int width) {
        add(name + ".embed.weight", network.levels(), 3 * width);
    }

    private void add(String name, Integer... shape) {
        var parameter = new Parameter(name, List.of(shape), size);
        indices.put(name, parameters.size());
        parameters.add(parameter);
        size = Math.addExact(size, parameter.size());
    }
}
