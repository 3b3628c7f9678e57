package io.langevin.score;

import io.langevin.score.NetworkArchitecture.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The blocks of a network under the authors' names (Song and Ermon 2020, appendix A.1). Both the
 * layout of the weights and the program are read from this list.
 *
 * @param begin the first convolution
 * @param stages two residual blocks each, from the image downwards
 * @param refineBlocks one for each stage, in the same order; they are evaluated upwards
 * @param normalizer before the last convolution
 * @param end the last convolution
 */
record NetworkBlocks(
        Convolution begin,
        List<List<ResidualBlock>> stages,
        List<RefineBlock> refineBlocks,
        Norm normalizer,
        Convolution end) {
    private static final int KERNEL = 3;

    /** Blocks that have weights of their own. */
    sealed interface Weighted {}

    record Convolution(String name, int in, int out, int kernel, int dilation, boolean hasBias)
            implements Weighted {}

    record Norm(String name, int width) implements Weighted {}

    /** A norm of conditional networks; the others have nothing in its place. */
    record ConditionalNorm(String name, int width) implements Weighted {}

    /**
     * Two convolutions beside a shortcut.
     *
     * @param shortcut its convolution; empty: the identity
     * @param halves whether height and width are halved at its end
     */
    record ResidualBlock(
            Norm normalize1,
            Convolution conv1,
            Norm normalize2,
            Convolution conv2,
            Optional<Convolution> shortcut,
            boolean halves) {
        Stream<Weighted> weighted() {
            Stream<Weighted> beside = shortcut.stream().map(Weighted.class::cast);
            return Stream.of(Stream.of(conv1, normalize2, conv2), beside, Stream.of(normalize1))
                    .flatMap(parts -> parts);
        }
    }

    /** One round of a residual convolution unit: ELU, convolution, ELU, convolution, plus input. */
    record Round(
            ConditionalNorm norm1, Convolution conv1, ConditionalNorm norm2, Convolution conv2) {
        Stream<Weighted> weighted() {
            return Stream.of(norm1, conv1, norm2, conv2);
        }
    }

    /** A branch of a RefineBlock on its way to the sum of the branches. */
    record Branch(ConditionalNorm norm, Convolution convolution) {}

    /**
     * Joins a stage's output and what comes from the stage below.
     *
     * @param name its own
     * @param adapted a residual convolution unit for each input
     * @param fused a branch for each input; none where there is one input
     * @param enlarges whether what comes from below has half the height and width
     * @param pooled the steps of chained residual pooling
     * @param output the last residual convolution unit
     */
    record RefineBlock(
            String name,
            List<List<Round>> adapted,
            List<Branch> fused,
            boolean enlarges,
            List<Branch> pooled,
            List<Round> output) {
        Stream<Weighted> weighted() {
            return Stream.of(
                            adapted.stream().flatMap(List::stream).flatMap(Round::weighted),
                            output.stream().flatMap(Round::weighted),
                            fused.stream().map(Branch::convolution),
                            fused.stream().map(Branch::norm),
                            pooled.stream().map(Branch::convolution),
                            pooled.stream().map(Branch::norm))
                    .flatMap(parts -> parts);
        }
    }

    static NetworkBlocks of(NetworkArchitecture network) {
        int ngf = network.ngf();
        List<Stage> stages = network.stages();
        List<List<ResidualBlock>> down = new ArrayList<>();
        List<RefineBlock> up = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            down.add(residualBlocks(stages.get(i), network.widthBefore(i), network.width(i)));
            up.add(refineBlock(network, i));
        }
        return new NetworkBlocks(
                new Convolution("begin_conv", network.channels(), ngf, KERNEL, 1, true),
                down,
                up,
                new Norm("normalizer", ngf),
                new Convolution("end_conv", ngf, network.channels(), KERNEL, 1, true));
    }

    /** Everything that has weights, in the order of the authors' {@code named_parameters()}. */
    Stream<Weighted> weighted() {
        return Stream.of(
                        Stream.<Weighted>of(begin, normalizer, end),
                        stages.stream().flatMap(List::stream).flatMap(ResidualBlock::weighted),
                        // they declare refine31 after refine3 although it is evaluated before it
                        refineBlocks.stream()
                                .sorted(Comparator.comparing(RefineBlock::name))
                                .flatMap(RefineBlock::weighted))
                .flatMap(parts -> parts);
    }

    private static List<ResidualBlock> residualBlocks(Stage stage, int in, int out) {
        String first = stage.residual() + ".0.";
        String pooled = stage.halves() ? ".conv" : "";
        int dilation = stage.dilation();
        var shortcut =
                new Convolution(
                        first + "shortcut" + pooled,
                        in,
                        out,
                        stage.halves() ? 1 : KERNEL,
                        dilation,
                        true);
        return List.of(
                new ResidualBlock(
                        new Norm(first + "normalize1", in),
                        new Convolution(first + "conv1", in, in, KERNEL, dilation, true),
                        new Norm(first + "normalize2", in),
                        new Convolution(first + "conv2" + pooled, in, out, KERNEL, dilation, true),
                        stage.convolvesShortcut() ? Optional.of(shortcut) : Optional.empty(),
                        stage.halves()),
                plainBlock(stage.residual() + ".1.", out, dilation));
    }

    private static ResidualBlock plainBlock(String name, int width, int dilation) {
        return new ResidualBlock(
                new Norm(name + "normalize1", width),
                new Convolution(name + "conv1", width, width, KERNEL, dilation, true),
                new Norm(name + "normalize2", width),
                new Convolution(name + "conv2", width, width, KERNEL, dilation, true),
                Optional.empty(),
                false);
    }

    private static RefineBlock refineBlock(NetworkArchitecture network, int i) {
        List<Stage> stages = network.stages();
        boolean deepest = i == stages.size() - 1;
        int inputs = deepest ? 1 : 2;
        int in = network.width(i);
        int out = network.widthBefore(i);
        String name = stages.get(i).refine();
        return new RefineBlock(
                name,
                IntStream.range(0, inputs)
                        .mapToObj(input -> rounds(name + ".adapt_convs." + input, in, 2))
                        .toList(),
                deepest ? List.of() : branches(name + ".msf", in, out, true),
                !deepest && stages.get(i + 1).halves(),
                branches(name + ".crp", out, out, false),
                rounds(name + ".output_convs", out, i == 0 ? 3 : 1));
    }

    private static List<Branch> branches(String name, int in, int out, boolean hasBias) {
        return IntStream.range(0, 2)
                .mapToObj(
                        i ->
                                new Branch(
                                        new ConditionalNorm(name + ".norms." + i, in),
                                        new Convolution(
                                                name + ".convs." + i, in, out, KERNEL, 1, hasBias)))
                .toList();
    }

    private static List<Round> rounds(String name, int width, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(round -> round(name + "." + round + "_", width))
                .toList();
    }

    private static Round round(String name, int width) {
        return new Round(
                new ConditionalNorm(name + "1_norm", width),
                new Convolution(name + "1_conv", width, width, KERNEL, 1, false),
                new ConditionalNorm(name + "2_norm", width),
                new Convolution(name + "2_conv", width, width, KERNEL, 1, false));
    }
}
