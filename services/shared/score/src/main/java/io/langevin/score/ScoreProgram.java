package io.langevin.score;

import io.langevin.score.NetworkBlocks.Branch;
import io.langevin.score.NetworkBlocks.ConditionalNorm;
import io.langevin.score.NetworkBlocks.Convolution;
import io.langevin.score.NetworkBlocks.Norm;
import io.langevin.score.NetworkBlocks.RefineBlock;
import io.langevin.score.NetworkBlocks.ResidualBlock;
import io.langevin.score.NetworkBlocks.Round;
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
    private final NetworkBlocks blocks;
    private final StringBuilder text = new StringBuilder();
    private int values;

    private ScoreProgram(NetworkArchitecture network, ParameterLayout layout) {
        this.network = network;
        this.layout = layout;
        this.blocks = NetworkBlocks.of(network);
    }

    /**
     * The source text of the class {@code Program} for a network.
     *
     * @param hasOneDnn whether PyTorch was built with oneDNN
     */
    static String of(NetworkArchitecture network, boolean hasOneDnn) {
        var program = new ScoreProgram(network, ParameterLayout.of(network));
        program.text.append(ScoreMethods.TEXT);
        program.text.append(hasOneDnn ? ScoreMethods.DIRECT : ScoreMethods.NEVER_DIRECT);
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
        h = convolution(h, blocks.begin());
        List<String> outputs = new ArrayList<>();
        for (List<ResidualBlock> stage : blocks.stages()) {
            for (ResidualBlock block : stage) {
                h = residualBlock(h, block);
            }
            outputs.add(h);
        }
        for (int i = outputs.size() - 1; i >= 0; i--) {
            h = refineBlock(outputs.get(i), h, blocks.refineBlocks().get(i));
        }
        h = convolution(normActivated(h, blocks.normalizer()), blocks.end());
        if (network.family().isConditional()) {
            h = let("torch.mul(" + h + ", sigma)");
        }
        h = "torch.to(" + h + ", ops.prim.dtype(x))";
        line("    return torch.contiguous(" + h + ", memory_format=0)");
    }

    private String residualBlock(String x, ResidualBlock block) {
        String h = convolution(normActivated(x, block.normalize1()), block.conv1());
        h = convolution(normActivated(h, block.normalize2()), block.conv2());
        String shortcut = block.shortcut().map(beside -> convolution(x, beside)).orElse(x);
        String sum = let("torch.add_(" + h + ", " + shortcut + ")");
        return block.halves() ? let("torch.avg_pool2d(" + sum + ", [2, 2])") : sum;
    }

    /**
     * @param below what comes from the block below; of no use to the deepest one
     */
    private String refineBlock(String x, String below, RefineBlock block) {
        String h = rounds(x, block.adapted().get(0));
        if (!block.fused().isEmpty()) {
            h = fused(h, rounds(below, block.adapted().get(1)), block);
        }
        return rounds(chainedPooling(h, block.pooled()), block.output());
    }

    private String fused(String fine, String coarse, RefineBlock block) {
        String upper = branch(fine, block.fused().get(0));
        String lower = branch(coarse, block.fused().get(1));
        if (block.enlarges()) {
            lower =
                    let(
                            "torch.upsample_bilinear2d(%s, [torch.size(%s, 2), torch.size(%s, 3)], True)"
                                    .formatted(lower, upper, upper));
        }
        return let("torch.add_(" + upper + ", " + lower + ")");
    }

    private String branch(String x, Branch branch) {
        return convolution(conditioned(x, branch.norm()), branch.convolution());
    }

    private String rounds(String x, List<Round> rounds) {
        String h = x;
        for (Round round : rounds) {
            String inner = convolution(unitActivated(h, round.norm1(), false), round.conv1());
            inner = convolution(unitActivated(inner, round.norm2(), true), round.conv2());
            h = let("torch.add_(" + inner + ", " + h + ")");
        }
        return h;
    }

    private String chainedPooling(String x, List<Branch> steps) {
        Branch one = steps.get(0);
        Branch two = steps.get(1);
        String h = let("torch.elu_(" + x + ")");
        String first = convolution(pooled(h, one.norm()), one.convolution());
        String sum = let("torch.add(" + h + ", " + first + ")");
        String second = convolution(pooled(first, two.norm()), two.convolution());
        return let("torch.add_(" + second + ", " + sum + ")");
    }

    /** NCSNv2 takes the largest of 5×5, NCSN normalises and takes the mean. */
    private String pooled(String x, ConditionalNorm norm) {
        return network.family().isConditional()
                ? let("(self).mean(" + conditioned(x, norm) + ")")
                : let("(self).pool(" + x + ")");
    }

    private String conditioned(String x, ConditionalNorm norm) {
        return network.family().isConditional() ? let(conditional(x, norm.name())) : x;
    }

    private String unitActivated(String x, ConditionalNorm norm, boolean inPlace) {
        if (network.family().isConditional()) {
            return let("torch.elu_(" + conditional(x, norm.name()) + ")");
        }
        return let((inPlace ? "torch.elu_(" : "torch.elu(") + x + ")");
    }

    private String normActivated(String x, Norm norm) {
        return let("torch.elu_(" + norm(x, norm) + ")");
    }

    private String norm(String x, Norm norm) {
        if (network.family().isConditional()) {
            return conditional(x, norm.name());
        }
        return "(self).norm(%s, %s, %s, %s)"
                .formatted(
                        x,
                        parameter(norm.name() + ".alpha"),
                        parameter(norm.name() + ".gamma"),
                        parameter(norm.name() + ".beta"));
    }

    private String conditional(String x, String norm) {
        return "(self).conditional(%s, %s, level)".formatted(x, parameter(norm + ".embed.weight"));
    }

    private String convolution(String x, Convolution convolution) {
        boolean point = convolution.kernel() == 1;
        int padding = point ? 0 : convolution.dilation();
        // means nothing for 1×1, but keeps PyTorch from choosing its kernel by the size of the
        // batch
        int spread = point ? 2 : convolution.dilation();
        return let(
                "(self).convolve(%s, %s, %s, [%d, %d], [%d, %d])"
                        .formatted(
                                x,
                                parameter(convolution.name() + ".weight"),
                                convolution.hasBias()
                                        ? parameter(convolution.name() + ".bias")
                                        : "None",
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
