package io.langevin.benchmarks;

import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.local.DeviceOption;
import io.langevin.local.LocalConfig;
import io.langevin.noise.AnnealedLangevin;
import io.langevin.noise.ConsistentAnnealing;
import io.langevin.noise.DpmSolver;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PredictorCorrector;
import io.langevin.noise.ProbabilityFlow;
import io.langevin.noise.SamplingPlan;
import io.langevin.noise.StochasticHeun;
import io.langevin.paper.Figure;
import io.langevin.quality.Generation;
import io.langevin.quality.ImageSet;
import io.langevin.quality.Quality;
import io.langevin.quality.QualityReport;
import io.langevin.quality.RandomConvolutionalExtractor;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.trajectory.AfterRow;
import io.langevin.trajectory.GuidedNetwork;
import io.langevin.trajectory.ScoreNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What each sampler makes of a number of network evaluations. */
@Command(
        name = "quality",
        description =
                "Distance of the bundled model's samples to its data, by sampler and network"
                        + " evaluations, beside the distance of one half of the data to the other.")
final class QualityBench implements Callable<Integer> {
    /** What requests get that say nothing else. */
    private static final double RHO = 7;

    private static final double CHURN = 30;

    /** That of DPM_SOLVER_ODE. */
    private static final double NOISE_SCALE = 1.035;

    private static final String SEARCHED = "searched";

    @Option(
            names = "--images",
            defaultValue = "1000",
            description = "Samples for each row (default: 1000).")
    int images;

    @Option(
            names = "--evaluations",
            split = ",",
            defaultValue = "4,8,12,16,24,32,64",
            description = "Budgets (default: ${DEFAULT-VALUE}).")
    List<Integer> budgets;

    @Option(
            names = "--samplers",
            split = ",",
            paramLabel = "NAME",
            description = "Only these rows, by the beginning of their name (default: all).")
    List<String> chosen = List.of("");

    @Option(
            names = "--seeds",
            split = ",",
            defaultValue = "1",
            description =
                    "Samples are drawn once for each seed; a row has the mean, and the least and"
                            + " the largest distance (default: ${DEFAULT-VALUE}).")
    List<Long> seeds;

    @Option(
            names = "--model",
            paramLabel = "FILE",
            description = "A checkpoint of grey images (default: the bundled model).")
    Path model;

    @Mixin DeviceOption device;

    @Option(
            names = "--guide",
            paramLabel = "FILE",
            description = "A weaker checkpoint to lead the model away from (autoguidance).")
    Path guide;

    @Option(
            names = "--guidance",
            defaultValue = "1.25",
            paramLabel = "W",
            description = "How far (default: ${DEFAULT-VALUE}; 1 is the model alone).")
    double guidance;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write quality.png and quality.json there.")
    Path out;

    @Override
    public Integer call() throws Exception {
        Path bundled = LocalConfig.homeOfProcess().resolve("services/local/bundled");
        Path file = model == null ? bundled.resolve("models/fashion.safetensors") : model;
        Checkpoint checkpoint = Checkpoint.parse(Files.readAllBytes(file));
        int size = checkpoint.architecture().imageSize();
        ImageDataset data =
                ImageDataset.read(bundled.resolve("datasets/fashion"), new ImageShape(size, 1));
        float[] pixels = data.pixels();
        int half = data.size() / 2 * data.dimension();
        var reference = new ImageSet(1, size, Arrays.copyOf(pixels, half));
        var heldOut =
                new ImageSet(
                        1,
                        size,
                        Arrays.copyOfRange(pixels, half, half + images * data.dimension()));
        try (var extractor = new RandomConvolutionalExtractor()) {
            Quality quality = Quality.against(extractor, reference);
            measure(checkpoint, quality, heldOut);
        }
        return 0;
    }

    private void measure(Checkpoint checkpoint, Quality quality, ImageSet heldOut) {
        QualityReport floor = quality.compare(heldOut, 1);
        var figure =
                new Figure(
                                floor.distanceName() + " of " + images + " samples",
                                "network evaluations",
                                "distance")
                        .logarithmic(true, true);
        figure.note("floor", floor.distance());
        System.out.printf(
                "%-24s %12s %10s %16s %18s %10s %7s%n",
                "SAMPLER",
                "EVALUATIONS",
                "DISTANCE",
                "LEAST TO MOST",
                "KERNEL DISTANCE",
                "PRECISION",
                "RECALL");
        row("the data's other half", 0, List.of(floor));
        samplers(checkpoint)
                .forEach(
                        (name, sampler) -> {
                            for (int budget : isChosen(name) ? budgets : List.<Integer>of()) {
                                row(figure, checkpoint, quality, name, sampler.apply(budget));
                            }
                        });
        if (isChosen(SEARCHED)) {
            for (SamplingPlan plan : searched(checkpoint)) {
                row(figure, checkpoint, quality, SEARCHED, plan);
            }
        }
        if (isChosen("Algorithm 1 in full")) {
            row(figure, checkpoint, quality, "Algorithm 1 in full", algorithm1(checkpoint));
        }
        if (out != null) {
            figure.write(out, "quality");
        }
    }

    private static List<SamplingPlan> searched(Checkpoint checkpoint) {
        return checkpoint.recommended().map(Checkpoint.Recommendation::plans).orElse(List.of());
    }

    private boolean isChosen(String name) {
        return chosen.stream().anyMatch(name::startsWith);
    }

    private static SamplingPlan algorithm1(Checkpoint checkpoint) {
        return AnnealedLangevin.plan(
                checkpoint.schedule(),
                checkpoint.stepsPerLevel(),
                checkpoint.epsilon(),
                checkpoint.denoise());
    }

    private void row(
            Figure figure, Checkpoint checkpoint, Quality quality, String name, SamplingPlan plan) {
        List<QualityReport> reports =
                seeds.stream()
                        .map(
                                seed ->
                                        Generation.of(
                                                network(checkpoint),
                                                checkpoint.architecture(),
                                                plan,
                                                images,
                                                seed,
                                                done -> {}))
                        .map(samples -> quality.compare(samples, 1))
                        .toList();
        figure.add(name, plan.networkEvaluations(), mean(reports, QualityReport::distance));
        row(name, plan.networkEvaluations(), reports);
    }

    /** A new one: whoever samples closes it. */
    private ScoreNetwork network(Checkpoint checkpoint) {
        var alone = new TorchScoreNetwork(checkpoint, Precision.FLOAT32, device.chosen());
        if (guide == null) {
            return alone;
        }
        try {
            Checkpoint weaker = Checkpoint.parse(Files.readAllBytes(guide));
            return Guided.of(
                    alone,
                    new TorchScoreNetwork(weaker, Precision.FLOAT32, device.chosen()),
                    guidance);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A guided network that is closed with its parts. */
    private record Guided(
            GuidedNetwork both, double weight, ScoreNetwork network, ScoreNetwork guide)
            implements ScoreNetwork {
        static Guided of(ScoreNetwork network, ScoreNetwork guide, double weight) {
            return new Guided(new GuidedNetwork(network, guide), weight, network, guide);
        }

        @Override
        public int dimension() {
            return both.dimension();
        }

        @Override
        public void evaluate(float[] x, float[] sigma, float[] f, int count) {
            both.evaluate(x, sigma, f, count);
            AfterRow away = both.guided(weight, AfterRow.NOTHING);
            for (int i = 0; i < count; i++) {
                away.evaluated(sigma[i], x, f, i * dimension(), dimension());
            }
        }

        @Override
        public void close() {
            network.close();
            guide.close();
        }
    }

    private static double mean(List<QualityReport> reports, ToDoubleFunction<QualityReport> of) {
        return reports.stream().mapToDouble(of).average().orElseThrow();
    }

    private static void row(String name, int evaluations, List<QualityReport> reports) {
        var distances = reports.stream().mapToDouble(QualityReport::distance).summaryStatistics();
        System.out.printf(
                "%-24s %12d %10.3f %7.3f to %5.3f %9.4f ± %.4f %10.3f %7.3f%n",
                name,
                evaluations,
                distances.getAverage(),
                distances.getMin(),
                distances.getMax(),
                mean(reports, r -> r.kernelDistance().value()),
                mean(reports, r -> r.kernelDistance().standardError()),
                mean(reports, r -> r.precisionRecall().precision()),
                mean(reports, r -> r.precisionRecall().recall()));
    }

    /** Algorithm 1 with T = 1, so that every budget can be met, and the others as they are. */
    private static Map<String, IntFunction<SamplingPlan>> samplers(Checkpoint checkpoint) {
        NoiseSchedule schedule = checkpoint.schedule();
        double epsilon =
                PredictorCorrector.RELATIVE_STEP_SIZE * schedule.smallest() * schedule.smallest();
        Map<String, IntFunction<SamplingPlan>> samplers = new LinkedHashMap<>();
        samplers.put(
                "annealed-langevin, T 1", n -> AnnealedLangevin.withBudget(schedule, 1, n, true));
        samplers.put("consistent-annealing", n -> ConsistentAnnealing.plan(schedule, n, true));
        samplers.put("probability-flow-euler", n -> ProbabilityFlow.euler(schedule, n, RHO, true));
        samplers.put("probability-flow-heun", n -> ProbabilityFlow.heun(schedule, n, RHO, true));
        samplers.put(
                "predictor-corrector", n -> PredictorCorrector.plan(schedule, n, epsilon, true));
        samplers.put("dpm-solver-sde", n -> DpmSolver.sde(schedule, n, RHO, true));
        samplers.put(
                "dpm-solver-ode", n -> DpmSolver.ode(schedule, n, RHO, true).scaled(NOISE_SCALE));
        samplers.put("stochastic-heun", n -> StochasticHeun.plan(schedule, n, CHURN, RHO, true));
        return samplers;
    }
}
