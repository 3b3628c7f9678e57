package io.langevin.local;

import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.artifacts.ArtifactStores;
import io.langevin.cli.Connection;
import io.langevin.cli.PublishCommand;
import io.langevin.cli.models.KnownCheckpoints;
import io.langevin.cli.terminal.CommandFailure;
import io.langevin.cli.terminal.Progress;
import io.langevin.client.PlatformClient;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.noise.DpmSolver;
import io.langevin.noise.NoiseSchedule;
import io.langevin.noise.PlanShape;
import io.langevin.noise.SamplingPlan;
import io.langevin.quality.Generation;
import io.langevin.quality.ImageSet;
import io.langevin.quality.PlanSearch;
import io.langevin.quality.Quality;
import io.langevin.quality.RandomConvolutionalExtractor;
import io.langevin.score.Checkpoint;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searches plans for a checkpoint and publishes it with them. */
@Command(
        name = "plan",
        description = {
            "Search plans of few network evaluations for a model's newest checkpoint, and publish",
            "the checkpoint with them: a request for as many evaluations gets the plan, and one that",
            "names nothing gets the cheapest plan that is as good as DPM_SOLVER_SDE with 16.",
            "A plan is kept where it is nearer to the data than the solver it began with, on seeds",
            "that the search has not seen."
        },
        footer = {
            "",
            "For example:",
            "  langevin plan --model mine --dataset data/datasets/mine --evaluations 8,12"
        })
final class PlanCommand implements Callable<Integer> {
    private static final int MOST_REAL = 5_000;
    private static final int MOST_PLANS = 16;
    private static final int HELD_OUT = 3;
    private static final long FIRST_HELD_OUT = 1_000;
    private static final long SEARCHED = 1;
    private static final String SEARCHED_PLAN = "SEARCHED";

    /** A searched plan is to be as good as the solver with so many evaluations. */
    private static final int REFERENCE = 16;

    @Mixin Connection connection;

    @Option(names = "--model", required = true, description = "Name of the model.")
    String model;

    @Option(
            names = "--as",
            paramLabel = "MODEL",
            description = "The model that it is published as; by default the same.")
    String as;

    @Option(
            names = "--dataset",
            required = true,
            paramLabel = "PATH",
            description = "Images that the model was made for: a folder, zip or IDX file.")
    Path dataset;

    @Option(
            names = "--evaluations",
            paramLabel = "N,…",
            split = ",",
            defaultValue = "8,12",
            description = "Network evaluations, a plan each (default: ${DEFAULT-VALUE}).")
    List<Integer> evaluations;

    @Option(
            names = "--trials",
            defaultValue = "60",
            description = "Plans that are tried for each (default: ${DEFAULT-VALUE}).")
    int trials;

    @Option(
            names = "--images",
            defaultValue = "512",
            description = "Images that a plan is judged by (default: ${DEFAULT-VALUE}).")
    int images;

    @Option(
            names = "--artifacts",
            paramLabel = "URI",
            description = "The services' artifact store; by default that of the running 'up'.")
    URI artifacts;

    @Mixin DeviceOption device;

    @Override
    public Integer call() throws InterruptedException {
        requireModelName(model);
        String target = as == null ? model : as;
        requireModelName(target);
        new TreeSet<>(evaluations).forEach(n -> between("--evaluations", n, 2, 256));
        between("--evaluations", evaluations.size(), 1, MOST_PLANS);
        between("--trials", trials, 1, 10_000);
        between("--images", images, 16, 50_000);
        try (PlatformClient platform = connection.platform();
                ArtifactStore store = ArtifactStores.open(connection.artifacts(artifacts))) {
            ArtifactId before = newest(platform);
            Checkpoint checkpoint = checkpoint(store, before);
            try (var extractor = new RandomConvolutionalExtractor()) {
                Checkpoint planned =
                        planned(checkpoint, Quality.against(extractor, real(checkpoint)));
                if (target.equals(model) && !newest(platform).equals(before)) {
                    throw new CommandFailure(
                            "%s has another checkpoint by now, which this would replace: search again, or"
                                            .formatted(model)
                                    + " name another model with --as");
                }
                ArtifactId id = PublishCommand.publish(platform, store, planned.bytes(), target);
                var choice = planned.recommended().orElseThrow();
                System.out.printf(
                        "%s is now checkpoint %s and recommends %s with %d evaluations%n",
                        target, id, choice.sampler(), choice.networkEvaluations());
            }
        }
        return 0;
    }

    private ArtifactId newest(PlatformClient platform) throws InterruptedException {
        return new ArtifactId(KnownCheckpoints.serving(platform, model));
    }

    private static Checkpoint checkpoint(ArtifactStore store, ArtifactId id) {
        Checkpoint checkpoint = Checkpoint.parse(store.get(id));
        if (checkpoint.architecture().family().isConditional()) {
            throw new CommandFailure(
                    "a network that knows only its own noise levels cannot be sampled between them:"
                            + " name a model of NCSNv2");
        }
        return checkpoint;
    }

    private ImageSet real(Checkpoint checkpoint) {
        var network = checkpoint.architecture();
        try {
            ImageDataset data =
                    ImageDataset.read(
                            dataset, new ImageShape(network.imageSize(), network.channels()));
            int count = Math.min(MOST_REAL, data.size());
            return new ImageSet(
                    network.channels(),
                    network.imageSize(),
                    Arrays.copyOf(data.pixels(), count * data.dimension()));
        } catch (DatasetException | IllegalArgumentException e) {
            throw new CommandFailure("--dataset: " + e.getMessage());
        }
    }

    private Checkpoint planned(Checkpoint checkpoint, Quality quality) {
        NoiseSchedule schedule = checkpoint.schedule();
        double wanted = heldOut(checkpoint, quality, DpmSolver.sde(schedule, REFERENCE, 7, true));
        System.out.printf(
                "%-12s %12s %12s%n%-12d %12.3f%n",
                "EVALUATIONS", "solver", "searched", REFERENCE, wanted);
        List<Judged> judged = new ArrayList<>();
        PlanShape shape = PlanShape.SOLVER; // what is good for few evaluations is near for more
        for (int n : new TreeSet<>(evaluations)) {
            SamplingPlan solver = PlanShape.SOLVER.plan(schedule, n);
            shape = searched(checkpoint, quality, n, shape);
            SamplingPlan searched = shape.plan(schedule, n);
            double before = heldOut(checkpoint, quality, solver);
            double after = heldOut(checkpoint, quality, searched);
            System.out.printf("%-12d %12.3f %12.3f%n", n, before, after);
            judged.add(new Judged(solver, before, searched, after));
        }
        return checkpoint.recommending(recommendation(checkpoint.recommended(), judged, wanted));
    }

    /**
     * A plan that was searched beside the solver with as many evaluations, by their distances on
     * seeds that no search has seen.
     */
    record Judged(SamplingPlan solver, double before, SamplingPlan searched, double after) {
        SamplingPlan better() {
            return after < before ? searched : solver;
        }
    }

    /**
     * The better plan of each number of evaluations, beside those that there were of others. The
     * cheapest one that is as good as the reference is recommended; where none is, the sampler that
     * was recommended before, or the reference.
     *
     * @param before what the checkpoint recommended
     * @param judged in the order of their evaluations
     * @param wanted distance of the reference
     */
    static Checkpoint.Recommendation recommendation(
            Optional<Checkpoint.Recommendation> before, List<Judged> judged, double wanted) {
        Map<Integer, SamplingPlan> byEvaluations = new TreeMap<>();
        before.ifPresent(choice -> choice.plans().forEach(plan -> put(plan, byEvaluations)));
        judged.forEach(one -> put(one.better(), byEvaluations));
        List<SamplingPlan> plans = List.copyOf(byEvaluations.values());
        return judged.stream()
                .filter(one -> Math.min(one.before(), one.after()) <= wanted)
                .findFirst()
                .map(
                        one ->
                                new Checkpoint.Recommendation(
                                        SEARCHED_PLAN, one.solver().networkEvaluations(), plans))
                .orElseGet(
                        () ->
                                before.filter(choice -> !choice.sampler().equals(SEARCHED_PLAN))
                                        .map(
                                                choice ->
                                                        new Checkpoint.Recommendation(
                                                                choice.sampler(),
                                                                choice.networkEvaluations(),
                                                                plans))
                                        .orElse(
                                                new Checkpoint.Recommendation(
                                                        "DPM_SOLVER_SDE", REFERENCE, plans)));
    }

    private static void put(SamplingPlan plan, Map<Integer, SamplingPlan> byEvaluations) {
        byEvaluations.put(plan.networkEvaluations(), plan);
    }

    private PlanShape searched(Checkpoint checkpoint, Quality quality, int n, PlanShape from) {
        var search =
                new PlanSearch(
                        checkpoint.schedule(),
                        n,
                        plan -> distance(checkpoint, quality, plan, SEARCHED),
                        trials);
        try (Progress progress = Progress.of(n + " evaluations", trials, "plans")) {
            return search.best(
                    from, (tried, best) -> progress.at(tried, "distance %.3f".formatted(best)));
        }
    }

    /** The mean over seeds that no search has seen. */
    private double heldOut(Checkpoint checkpoint, Quality quality, SamplingPlan plan) {
        String task = "judging " + plan.networkEvaluations() + " evaluations";
        double sum = 0;
        try (Progress progress = Progress.of(task, HELD_OUT, "seeds")) {
            for (int i = 0; i < HELD_OUT; i++) {
                sum += distance(checkpoint, quality, plan, FIRST_HELD_OUT + i);
                progress.at(i + 1);
            }
        }
        return sum / HELD_OUT;
    }

    private double distance(Checkpoint checkpoint, Quality quality, SamplingPlan plan, long seed) {
        ImageSet made =
                Generation.of(checkpoint, device.chosen(), plan, images, seed, finished -> {});
        return quality.compare(made, seed).distance();
    }
}
