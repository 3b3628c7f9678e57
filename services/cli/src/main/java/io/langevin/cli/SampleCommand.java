package io.langevin.cli;

import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.cli.models.KnownCheckpoints;
import io.langevin.cli.terminal.ImageGrid;
import io.langevin.cli.terminal.SamplingBar;
import io.langevin.cli.terminal.Writable;
import io.langevin.client.PlatformClient;
import io.langevin.client.Sampling;
import io.langevin.records.GeneratedImage;
import io.langevin.records.Precision;
import io.langevin.records.Priority;
import io.langevin.records.SampleRequest;
import io.langevin.records.Sampler;
import io.langevin.records.SamplerKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Publishes a sample request and waits for its images. */
@Command(
        name = "sample",
        description = "Ask for images and wait for them.",
        footer = {
            "",
            "For example:",
            "  langevin sample --model fashion --count 16 --seed 7 --grid a.png",
            "  langevin sample --model fashion --task interpolate --first-seed 1 --last-seed 2"
                    + " --count 8 --grid b.png",
            "  langevin sample --model fashion --task inpaint --image shirt.png --mask left.png"
                    + " --count 4 --grid c.png",
            "  langevin sample --model fashion --sampler probability-flow-heun --evaluations 32"
                    + " --grid d.png"
        })
final class SampleCommand implements Callable<Integer> {
    private static final int MOST_IMAGES = 10_000;

    @Mixin Connection connection;

    @Option(names = "--model", required = true, description = "Name of the model.")
    String model;

    @Option(
            names = "--count",
            defaultValue = "1",
            description = "How many images (default: ${DEFAULT-VALUE}).")
    int count;

    @Option(
            names = "--seed",
            description = "Same seed, same images; by default every request has its own.")
    Long seed;

    @Option(
            names = "--checkpoint",
            paramLabel = "SHA256",
            description = "A checkpoint other than the model's newest, by its id or first digits.")
    String checkpoint;

    @Mixin TaskOptions task;

    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            description =
                    "annealed-langevin, consistent-annealing, probability-flow-euler,"
                            + " probability-flow-heun, predictor-corrector, dpm-solver-sde,"
                            + " dpm-solver-ode, stochastic-heun or searched (a plan of the model); by"
                            + " default the one that the model recommends.")
    String sampler;

    @Option(
            names = "--evaluations",
            paramLabel = "N",
            description = "Network evaluations for each image, met exactly.")
    Integer evaluations;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description = "float32 (default), or bfloat16, which may be faster.")
    String precision;

    @Option(
            names = "--steps-per-level",
            paramLabel = "T",
            description = "Langevin steps at each noise level; by default the model's.")
    Integer stepsPerLevel;

    @Option(
            names = "--epsilon",
            paramLabel = "E",
            description = "Langevin step size; by default the model's.")
    Double epsilon;

    @Option(
            names = "--rho",
            paramLabel = "RHO",
            description =
                    "How close together small noise scales are (default: 7); Infinity for"
                            + " geometric ones.")
    Double rho;

    @Option(
            names = "--churn",
            paramLabel = "S",
            description = "Noise that stochastic-heun adds before its steps (default: 30).")
    Double churn;

    @Option(
            names = "--noise-scale",
            paramLabel = "L",
            description =
                    "Samplers of the ODE: the noise that the network finds is multiplied by this.")
    Double noiseScale;

    @Option(
            names = "--guide",
            paramLabel = "SHA256",
            description =
                    "A weaker checkpoint, such as an earlier one of the model, to lead it away from;"
                            + " every evaluation is two then.")
    String guide;

    @Option(
            names = "--guidance",
            paramLabel = "W",
            description = "How far (default: 1.25; 1 is the model alone).")
    Double guidance;

    @Option(
            names = "--priority",
            paramLabel = "NAME",
            description = "interactive, standard (default) or batch.")
    String priority;

    @Option(names = "--no-denoise", description = "Leave out the last, denoising step.")
    boolean noDenoise;

    @Option(names = "--no-description", description = "Leave out of the PNG's text what made it.")
    boolean noDescription;

    @Option(names = "--out", paramLabel = "DIR", description = "Write every image there as PNG.")
    Path out;

    @Option(names = "--grid", paramLabel = "FILE", description = "Write all images as one PNG.")
    Path grid;

    @Override
    public Integer call() throws InterruptedException, IOException {
        requireModelName(model);
        between("--count", count, 1, MOST_IMAGES);
        Writable.requireFolder("--out", out);
        Writable.require("--grid", grid);
        SampleRequest.Builder asked = request();
        try (PlatformClient platform = connection.platform()) {
            requireModel(platform);
            SampleRequest request =
                    asked.setCheckpoint(
                                    KnownCheckpoints.whole(platform, "--checkpoint", checkpoint))
                            .build();
            Sampling.Answer answer =
                    SamplingBar.ask(platform, request, connection.patience().toSeconds());
            write(answer);
            for (GeneratedImage image : answer.images()) {
                if (image.getScore() != null) {
                    System.out.printf("score %.1f (about 11 is typical)%n", image.getScore());
                }
            }
            System.out.printf(
                    "%d images of %s: waited %.1f s, computed %.1f s, %d network evaluations%n",
                    answer.images().size(),
                    model,
                    answer.outcome().getQueuedMillis() / 1e3,
                    answer.outcome().getComputedMillis() / 1e3,
                    answer.outcome().getNetworkEvaluations());
        }
        return 0;
    }

    /** The service would wait for it: the model might be on its way. */
    private void requireModel(PlatformClient platform) throws InterruptedException {
        if (checkpoint == null) {
            KnownCheckpoints.serving(platform, model);
        }
    }

    private SampleRequest.Builder request() throws IOException {
        return SampleRequest.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setModel(model)
                .setCount(count)
                .setSeed(seed)
                .setTask(task.task())
                .setDescribe(!noDescription)
                .setPriority(
                        EnumOption.parse("--priority", Priority.class, priority, Priority.STANDARD))
                .setSampler(
                        Sampler.newBuilder()
                                .setKind(
                                        EnumOption.parse(
                                                "--sampler",
                                                SamplerKind.class,
                                                sampler,
                                                SamplerKind.RECOMMENDED))
                                .setNetworkEvaluations(evaluations)
                                .setPrecision(
                                        EnumOption.parse(
                                                "--precision",
                                                Precision.class,
                                                precision,
                                                Precision.FLOAT32))
                                .setStepsPerLevel(stepsPerLevel)
                                .setEpsilon(epsilon)
                                .setRho(rho)
                                .setChurn(churn)
                                .setNoiseScale(noiseScale)
                                .setGuide(guide)
                                .setGuidance(guidance)
                                .setDenoise(noDenoise ? false : null)
                                .build());
    }

    private void write(Sampling.Answer answer) throws IOException {
        if (out != null) {
            Files.createDirectories(out);
            for (GeneratedImage image : answer.images()) {
                String name = "%s-%05d.png".formatted(model, image.getIndex());
                Files.write(out.resolve(name), ImageGrid.bytes(image));
            }
        }
        if (grid != null) {
            int columns = (int) Math.ceil(Math.sqrt(answer.images().size()));
            ImageGrid.write(answer.images(), task.columns(columns, answer.images().size()), grid);
        }
    }
}
