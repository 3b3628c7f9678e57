package io.langevin.score;

import io.langevin.score.NetworkArchitecture.Stage;
import io.langevin.score.ParameterLayout.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the TorchScript text of a network.
 *
 * <p>Only {@code prepare} and {@code body} depend on the architecture; the rest is {@link
 * ScoreMethods}. Tensors are channels-last inside the body. The text names its values v1, v2 and so
 * on.
 */
final class ScoreProgram {
    private final NetworkArchitecture network;
    private final ParameterLayout layout;
    private final StringBuilder text = new StringBuilder();
    private int values;

    private ScoreProgram(NetworkArchitecture network, ParameterLayout layout) {
        this.network = network;
        this.layout = layout;
    }

    /** The source text of the class {@code Program} for a network. */
    static String of(NetworkArchitecture network) {
        var program = new ScoreProgram(network, ParameterLayout.of(network));
        program.text.append(ScoreMethods.TEXT);
        program.prepare();
        program.body();
        return program.text.toString();
    }

    /**
     * Splits the flat weights: convolution kernels channels-last, vectors of norms as [1, C, 1, 1].
     * A copy first: an array that Java made lies in a buffer that Java frees, whoever still looks
     * at it.
     */
    private void prepare() {
        List<Parameter> parameters = layout.parameters();
        String sizes =
                parameters.stream().map(p -> "" + p.size()).collect(Collectors.joining(", "));
        line("  def prepare(self: __torch__.Program, w: Tensor) -> List[Tensor]:");
        line("    s = torch.split_with_sizes(torch.clone(w), [" + sizes + "])");
        String prepared =
                layout.parameters().stream().map(this::view).collect(Collectors.joining(", "));
        line("    return [" + prepared + "]");
    }

    private String view(Parameter parameter) {
        String part = "s[" + layout.index(parameter.name()) + "]";
        if (parameter.isNorm() && parameter.shape().size() == 2) {
            return "torch.view(" + part + ", " + parameter.shape() + ")";
        }
        if (parameter.name().endsWith(".weight")) {
            return "torch.contiguous(torch.view("
                    + part
                    + ", "
                    + parameter.shape()
                    + "), memory_format=2)";
        }
        return parameter.name().endsWith(".bias")
                ? part
                : "torch.view(" + part + ", [1, -1, 1, 1])";
    }

    /**
     * f = σ·score of x [B, C, H, W], 0 ≤ x ≤ 1 without noise; sigma is [B, 1, 1, 1], level [B].
     * Only conditional networks use them.
     */
    private void body() {
        line(
                "  def body(self: __torch__.Program, p: List[Tensor], x: Tensor, sigma: Tensor,"
                        + " level: Tensor) -> Tensor:");
        String scaled = "torch.to(torch.sub(torch.mul(x, 2), 1), ops.prim.dtype(p[0]))";
        String h = let("torch.contiguous(" + scaled + ", memory_format=2)");
        h = convolution(h, "begin_conv", 1);
        List<String> outputs = new ArrayList<>();
        for (Stage stage : network.stages()) {
            h = residualBlock(h, stage.residual() + ".0", stage, true);
            h = residualBlock(h, stage.residual() + ".1", stage, false);
            outputs.add(h);
        }
        int deepest = outputs.size() - 1;
        h = refineDeepest(outputs.get(deepest), network.stages().get(deepest));
        for (int i = deepest - 1; i >= 0; i--) {
            boolean resized = network.stages().get(i + 1).halves();
            h = refine(outputs.get(i), h, network.stages().get(i), resized, i == 0 ? 3 : 1);
        }
        h = convolution(normActivated(h, "normalizer"), "end_conv", 1);
        if (network.family().isConditional()) {
            h = let("torch.mul(" + h + ", sigma)");
        }
        h = "torch.to(" + h + ", ops.prim.dtype(x))";
        line("    return torch.contiguous(" + h + ", memory_format=0)");
    }

    private String residualBlock(String x, String name, Stage stage, boolean first) {
        boolean halves = first && stage.halves();
        String pooled = halves ? ".conv" : "";
        String h =
                convolution(
                        normActivated(x, name + ".normalize1"), name + ".conv1", stage.dilation());
        h =
                convolution(
                        normActivated(h, name + ".normalize2"),
                        name + ".conv2" + pooled,
                        stage.dilation());
        String shortcut = x;
        if (first && stage.convolvesShortcut()) {
            shortcut = convolution(x, name + ".shortcut" + pooled, stage.dilation());
        }
        String sum = let("torch.add_(" + h + ", " + shortcut + ")");
        return halves ? let("torch.avg_pool2d(" + sum + ", [2, 2])") : sum;
    }

    private String refineDeepest(String x, Stage stage) {
        String h = residualUnits(x, stage.refine() + ".adapt_convs.0", 2);
        return residualUnits(
                chainedPooling(h, stage.refine() + ".crp"), stage.refine() + ".output_convs", 1);
    }

    private String refine(String x, String below, Stage stage, boolean resized, int outputRounds) {
        String name = stage.refine();
        String fine = residualUnits(x, name + ".adapt_convs.0", 2);
        String coarse = residualUnits(below, name + ".adapt_convs.1", 2);
        fine = convolution(conditioned(fine, name + ".msf.norms.0"), name + ".msf.convs.0", 1);
        coarse = convolution(conditioned(coarse, name + ".msf.norms.1"), name + ".msf.convs.1", 1);
        if (resized) {
            coarse =
                    let(
                            "torch.upsample_bilinear2d(%s, [torch.size(%s, 2), torch.size(%s, 3)], True)"
                                    .formatted(coarse, fine, fine));
        }
        String h = let("torch.add_(" + fine + ", " + coarse + ")");
        return residualUnits(
                chainedPooling(h, name + ".crp"), name + ".output_convs", outputRounds);
    }

    /** Rounds of ELU, convolution, ELU, convolution, plus the round's input. */
    private String residualUnits(String x, String name, int rounds) {
        String h = x;
        for (int round = 1; round <= rounds; round++) {
            String first = name + "." + round + "_1_";
            String second = name + "." + round + "_2_";
            String inner = convolution(unitActivated(h, first, false), first + "conv", 1);
            inner = convolution(unitActivated(inner, second, true), second + "conv", 1);
            h = let("torch.add_(" + inner + ", " + h + ")");
        }
        return h;
    }

    private String chainedPooling(String x, String name) {
        String h = let("torch.elu_(" + x + ")");
        String first = convolution(pooled(h, name + ".norms.0"), name + ".convs.0", 1);
        String sum = let("torch.add(" + h + ", " + first + ")");
        String second = convolution(pooled(first, name + ".norms.1"), name + ".convs.1", 1);
        return let("torch.add_(" + second + ", " + sum + ")");
    }

    /** NCSNv2 takes the largest of 5×5, NCSN normalises and takes the mean. */
    private String pooled(String x, String norm) {
        return network.family().isConditional()
                ? let(
                        "torch.avg_pool2d(%s, [5, 5], [1, 1], [2, 2])"
                                .formatted(conditioned(x, norm)))
                : let("(self).pool(" + x + ")");
    }

    /** NCSN has norms where NCSNv2 has none. */
    private String conditioned(String x, String norm) {
        return network.family().isConditional() ? let(norm(x, norm)) : x;
    }

    private String unitActivated(String x, String prefix, boolean inPlace) {
        if (network.family().isConditional()) {
            return normActivated(x, prefix + "norm");
        }
        return let((inPlace ? "torch.elu_(" : "torch.elu(") + x + ")");
    }

    private String normActivated(String x, String name) {
        return let("torch.elu_(" + norm(x, name) + ")");
    }

    private String norm(String x, String name) {
        if (network.family().isConditional()) {
            return "(self).conditional(%s, %s, level)"
                    .formatted(x, parameter(name + ".embed.weight"));
        }
        return "(self).norm(%s, %s, %s, %s)"
                .formatted(
                        x,
                        parameter(name + ".alpha"),
                        parameter(name + ".gamma"),
                        parameter(name + ".beta"));
    }

    private String convolution(String x, String name, int dilation) {
        Parameter weight = layout.parameters().get(layout.index(name + ".weight"));
        String bias = layout.contains(name + ".bias") ? parameter(name + ".bias") : "None";
        boolean point = weight.shape().get(2) == 1;
        int padding = point ? 0 : dilation;
        // means nothing for 1×1, but keeps PyTorch from choosing its kernel by the size of the
        // batch
        int spread = point ? 2 : dilation;
        return let(
                "torch.conv2d(%s, %s, %s, [1, 1], [%d, %d], [%d, %d])"
                        .formatted(
                                x,
                                parameter(name + ".weight"),
                                bias,
                                padding,
                                padding,
                                spread,
                                spread));
    }

    private String parameter(String name) {
        return "p[" + layout.index(name) + "]";
    }

    private String let(String expression) {
        String name = "v" + ++values;
        line("    " + name + " = " + expression);
        return name;
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
