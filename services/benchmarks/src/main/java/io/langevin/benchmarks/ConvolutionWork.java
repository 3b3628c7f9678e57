package io.langevin.benchmarks;

import io.langevin.score.NetworkArchitecture;
import io.langevin.score.NetworkArchitecture.Stage;
import io.langevin.score.ParameterLayout;
import java.util.List;

/** Floating-point operations of the convolutions of a network, for one image. */
final class ConvolutionWork {
    private final NetworkArchitecture network;

    private ConvolutionWork(NetworkArchitecture network) {
        this.network = network;
    }

    /** 2·kernel numbers·output pixels, summed over all convolutions. */
    static double flops(NetworkArchitecture network) {
        var work = new ConvolutionWork(network);
        return ParameterLayout.of(network).parameters().stream()
                .filter(p -> p.name().endsWith(".weight"))
                .mapToDouble(p -> 2.0 * p.size() * work.outputPixels(p.name()))
                .sum();
    }

    private double outputPixels(String parameter) {
        List<Stage> stages = network.stages();
        for (int i = 0; i < stages.size(); i++) {
            if (parameter.startsWith(stages.get(i).residual() + ".")) {
                boolean beforeHalving =
                        stages.get(i).halves()
                                && parameter.contains(stages.get(i).residual() + ".0.");
                return pixels(beforeHalving ? i - 1 : i);
            }
            if (parameter.startsWith(stages.get(i).refine() + ".")) {
                boolean fromBelow =
                        parameter.contains("adapt_convs.1.") || parameter.contains("msf.convs.1.");
                return pixels(fromBelow ? i + 1 : i);
            }
        }
        return pixels(0);
    }

    /** The size of a stage's output. */
    private double pixels(int stage) {
        long halvings = network.stages().stream().limit(stage + 1).filter(Stage::halves).count();
        double side = network.imageSize() / Math.pow(2, halvings);
        return side * side;
    }
}
