package io.langevin.score;

import static io.langevin.score.CompiledNetwork.Precision.FLOAT32;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.langevin.score.CompiledNetwork.AdamStep;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.CompiledNetwork.TrainingState;
import io.langevin.score.torch.TorchModule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The largest difference to an oracle, as a share of the tensor's largest magnitude, by tensor.
 *
 * <p>Gradients are sums with cancellation: their float32 rounding depends on the processor, ours
 * and the authors' alike (docs/how/decisions/0004). So the program's gradient counts in whichever
 * of float32 and float64 is nearer to theirs, and its own rounding is measured apart.
 */
final class OracleComparison {
    private final Oracle oracle;
    private final ParameterLayout layout;
    private final Map<String, Double> toAuthors = new LinkedHashMap<>();
    private final Map<String, Double> rounding = new LinkedHashMap<>();

    private OracleComparison(Oracle oracle) {
        this.oracle = oracle;
        this.layout = ParameterLayout.of(oracle.architecture());
    }

    /** Score, loss, every gradient; after three steps of Adam every weight and average. */
    static OracleComparison of(Oracle oracle, float[] weights) {
        TorchModule.useThisThread();
        var comparison = new OracleComparison(oracle);
        try (NDManager manager = TorchModule.newManager(TestDevice.ON);
                var network = CompiledNetwork.load(manager, oracle.architecture())) {
            comparison.compareAll(manager, network, weights);
        }
        return comparison;
    }

    /** Differences to the authors' values, by tensor. */
    Map<String, Double> toAuthors() {
        return toAuthors;
    }

    /** Differences of the gradient in float32 to the one in float64, by tensor. */
    Map<String, Double> rounding() {
        return rounding;
    }

    private void compareAll(NDManager manager, CompiledNetwork network, float[] flat) {
        NDArray weights = manager.create(flat);
        NDArray x = array(manager, "x");
        NDArray noise = array(manager, "noise");
        float[] levels = oracle.sigmas();
        NDArray sigma = manager.create(levels, new Shape(levels.length, 1, 1, 1));
        NDArray level = manager.create(oracle.levels());
        try (IValue prepared = network.prepare(weights, Precision.FLOAT32)) {
            NDArray score = network.net(manager, prepared, x, sigma, level).div(sigma);
            compare("score", score.toFloatArray(), oracle.floats("score"));
        }
        NDArray share = manager.create(new float[] {1f / levels.length});
        var result = network.gradient(manager, weights, x, noise, sigma, level, share, FLOAT32);
        compare(
                "loss_per_example",
                result.losses().toFloatArray(),
                oracle.floats("loss_per_example"));
        compare("loss", result.losses().mean().toFloatArray(), oracle.floats("loss"));
        compareGradients(
                result.gradient().toFloatArray(),
                network.gradient(
                                manager,
                                weights.toType(DataType.FLOAT64, true),
                                x.toType(DataType.FLOAT64, true),
                                noise.toType(DataType.FLOAT64, true),
                                sigma.toType(DataType.FLOAT64, true),
                                level,
                                share.toType(DataType.FLOAT64, true),
                                FLOAT32)
                        .gradient()
                        .toType(DataType.FLOAT32, false)
                        .toFloatArray());
        if (oracle.has("adam.losses")) {
            compareAdam(manager, network, weights, x, noise, sigma, level, share);
        }
    }

    private void compareAdam(
            NDManager manager,
            CompiledNetwork network,
            NDArray weights,
            NDArray x,
            NDArray noise,
            NDArray sigma,
            NDArray level,
            NDArray share) {
        var state =
                new TrainingState(
                        weights.duplicate(),
                        weights.zerosLike(),
                        weights.zerosLike(),
                        weights.duplicate());
        float[] losses = new float[3];
        for (int i = 0; i < losses.length; i++) {
            var step = new AdamStep(i + 1, 1e-3, 0.9, 0.999, 1e-8, 0.9);
            var gradient =
                    network.gradient(
                            manager, state.weights(), x, noise, sigma, level, share, FLOAT32);
            network.update(state, gradient.gradient(), step);
            losses[i] = gradient.losses().mean().toFloatArray()[0];
        }
        compare("adam.losses", losses, oracle.floats("adam.losses"));
        compareParameters("adam.weights.", state.weights().toFloatArray());
        compareParameters("adam.ema.", state.average().toFloatArray());
    }

    private void compareGradients(float[] ours, float[] exact) {
        for (ParameterLayout.Parameter p : layout.parameters()) {
            String name = "gradients." + p.name();
            if (!oracle.has(name)) {
                continue;
            }
            float[] theirs = oracle.floats(name);
            float[] exactPart = Arrays.copyOfRange(exact, p.offset(), p.offset() + p.size());
            float[] part = Arrays.copyOfRange(ours, p.offset(), p.offset() + p.size());
            toAuthors.put(name, Math.min(difference(part, theirs), difference(exactPart, theirs)));
            rounding.put(name, difference(part, exactPart));
        }
    }

    private void compareParameters(String prefix, float[] flat) {
        for (ParameterLayout.Parameter p : layout.parameters()) {
            if (oracle.has(prefix + p.name())) {
                float[] ours = Arrays.copyOfRange(flat, p.offset(), p.offset() + p.size());
                compare(prefix + p.name(), ours, oracle.floats(prefix + p.name()));
            }
        }
    }

    private void compare(String name, float[] ours, float[] theirs) {
        toAuthors.put(name, difference(ours, theirs));
    }

    static double difference(float[] ours, float[] theirs) {
        if (ours.length != theirs.length) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        double worst = 0;
        for (int k = 0; k < ours.length; k++) {
            largest = Math.max(largest, Math.abs(theirs[k]));
            double difference = Math.abs(ours[k] - theirs[k]);
            worst = Math.max(worst, Double.isNaN(difference) ? 1e30 : difference);
        }
        return worst == 0 ? 0 : worst / largest;
    }

    private NDArray array(NDManager manager, String name) {
        long[] shape =
                oracle.file().tensors().get(name).shape().stream()
                        .mapToLong(Long::longValue)
                        .toArray();
        return manager.create(oracle.floats(name), new Shape(shape));
    }
}
