package io.langevin.cli;

import static io.langevin.messaging.Topics.RETRAINING_POLICIES;
import static io.langevin.messaging.Topics.RETRAINING_REQUESTS;
import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.cli.models.KnownCheckpoints;
import io.langevin.cli.terminal.RetrainingBar;
import io.langevin.client.PlatformClient;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.messaging.rules.ShortTraining;
import io.langevin.records.Meanwhile;
import io.langevin.records.Precision;
import io.langevin.records.PromotionRule;
import io.langevin.records.RetrainingPolicy;
import io.langevin.records.RetrainingRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Publishes a retraining request. */
@Command(
        name = "retrain",
        description = "Ask for a model to be trained on a data set and published.",
        footer = {
            "",
            "Without --preset the defaults suit a laptop and small grey images. With it they are the",
            "published ones, and what is given here replaces them. For example:",
            "  langevin retrain --model clothes --dataset fashion --seconds 600 --wait",
            "  langevin retrain --model cifar --dataset cifar10 --preset cifar10",
            "  langevin retrain --model flowers --dataset topic:flowers --more-images 500"
        })
final class RetrainCommand implements Callable<Integer> {
    @Mixin Connection connection;

    @Option(names = "--model", required = true, description = "Name of the model to publish.")
    String model;

    @Option(names = "--dataset", required = true, description = "Name of the data set.")
    String dataset;

    @Option(
            names = "--preset",
            completionCandidates = Presets.class,
            description = "${COMPLETION-CANDIDATES}.")
    String preset;

    @Option(
            names = "--ablation",
            completionCandidates = Ablations.class,
            description = "Leave one thing out: ${COMPLETION-CANDIDATES}.")
    String ablation;

    @Option(names = "--size", description = "Height and width in pixels (default: 16).")
    Integer size;

    @Option(names = "--ngf", description = "Filters of the network's first stage (default: 32).")
    Integer ngf;

    @Option(
            names = "--family",
            description =
                    "ncsnv2, ncsnv2-deeper, ncsnv2-deepest or ncsn; by default the paper's for the"
                            + " size.")
    String family;

    @Option(names = "--iterations", description = "Optimiser steps at the most (default: 200000).")
    Integer iterations;

    @Option(
            names = "--seconds",
            description = "Seconds of training at the most; 0: no limit (default: 300).")
    Integer seconds;

    @Option(names = "--batch", description = "Images in a batch (default: 32).")
    Integer batch;

    @Option(names = "--learning-rate", description = "Adam's step size (default: 1e-3).")
    Double learningRate;

    @Option(names = "--warmup", description = "Steps until the full step size (default: 50).")
    Integer warmup;

    @Option(
            names = "--decay-after",
            paramLabel = "N",
            description = "Steps after which the step size falls as their root (default: never).")
    Integer decayAfter;

    @Option(names = "--ema", description = "Decay of the weights' moving average (default: 0.995).")
    Double ema;

    @Option(
            names = "--seed",
            defaultValue = "0",
            description = "Seed of weights, order and noise (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            description =
                    "float32 (default), or bfloat16 for losses and gradients, which may be faster.")
    String precision;

    @Option(
            names = "--candidate-every",
            paramLabel = "N",
            description =
                    "Optimiser steps between checkpoints that are judged (default: four, evenly"
                            + " spaced).")
    Integer candidateEvery;

    @Option(
            names = "--held-out",
            paramLabel = "SHARE",
            description = "Share of the images that is not trained on (default: 0.05).")
    Double heldOut;

    @Option(
            names = "--clip",
            paramLabel = "NORM",
            description = "Shorten longer gradients to this norm (default: never).")
    Double clip;

    @Option(
            names = "--stop-after",
            paramLabel = "N",
            description =
                    "End early after so many checkpoints without a lower loss on held-out images"
                            + " (default: never).")
    Integer stopAfter;

    @Option(
            names = "--start-from",
            paramLabel = "CHECKPOINT",
            description =
                    "A checkpoint whose weights training starts from, by its id or first digits.")
    String startFrom;

    @Option(
            names = "--shadow",
            description = "Requests of late that the best candidate must answer before it serves.")
    Integer shadow;

    @Option(
            names = "--promote",
            paramLabel = "RULE",
            description =
                    "best (default): the best checkpoint, where it is better than what the model"
                            + " has; newest; by-hand: none until './langevin promote'.")
    String promote;

    @Option(
            names = "--judge-by",
            paramLabel = "N",
            description = "Images that each checkpoint is judged by (default: 256).")
    Integer judgeBy;

    @Option(
            names = "--meanwhile",
            paramLabel = "WHAT",
            description =
                    "Where another run of the model is under way: queue (default), replace, which"
                            + " cancels it, or reject.")
    String meanwhile;

    @ArgGroup(
            exclusive = false,
            heading = "%nA standing rule instead of one run:%n",
            validate = false)
    RuleOptions rule = new RuleOptions();

    @Option(names = "--wait", description = "Wait until the checkpoint is published.")
    boolean wait;

    @Override
    public Integer call() throws InterruptedException {
        requireKnownNames();
        RetrainingRequest.Builder asked = request();
        RetrainingRules.check(asked.build(), asked.getRunId());
        if (rule.areGiven()) {
            rule.policy(asked.build());
            require(!wait, "--wait", "not be given where a rule asks for the runs", true);
        }
        try (PlatformClient platform = connection.platform()) {
            asked.getTrainingBuilder()
                    .setStartFrom(KnownCheckpoints.whole(platform, "--start-from", startFrom));
            RetrainingRequest request = asked.build();
            if (rule.areGiven()) {
                keep(platform, rule.policy(request));
                return 0;
            }
            if (wait) {
                RetrainingBar.askAndWait(platform, request);
                return 0;
            }
            platform.write(RETRAINING_REQUESTS, request.getRunId(), request);
            System.out.printf(
                    "run %s is asked for; './langevin jobs %s' tells its state%n",
                    request.getRunId(), request.getRunId());
        }
        return 0;
    }

    private static void keep(PlatformClient platform, RetrainingPolicy policy)
            throws InterruptedException {
        boolean replaces = platform.latest(RETRAINING_POLICIES).containsKey(policy.getPolicyId());
        platform.write(RETRAINING_POLICIES, policy.getPolicyId(), policy);
        System.out.printf(
                "the rule %s %s; './langevin rules' lists them, './langevin rules --end %s' ends"
                        + " it%n",
                policy.getPolicyId(),
                replaces ? "replaces the one of its name" : "stands",
                policy.getPolicyId());
    }

    /** Names that a request may give; the operations service knows what they stand for. */
    private static final class Presets extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        private Presets() {
            super(List.of("cifar10", "celeba", "church", "bedroom", "tower", "ffhq", "ncsn"));
        }
    }

    private static final class Ablations extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        private Ablations() {
            super(List.of("no-ema", "old-schedule", "conditional-norms"));
        }
    }

    private void requireKnownNames() {
        require(
                preset == null || new Presets().contains(preset),
                "--preset",
                "be one of " + new Presets(),
                preset);
        require(
                ablation == null || new Ablations().contains(ablation),
                "--ablation",
                "be one of " + new Ablations(),
                ablation);
    }

    private RetrainingRequest.Builder request() {
        var request = preset == null ? ShortTraining.request() : RetrainingRequest.newBuilder();
        var network = request.getNetworkBuilder();
        var training = request.getTrainingBuilder().setSeed(seed);
        if (preset == null) {
            request.setImageSize(16);
            training.setMaximumSeconds(300);
        }
        ifGiven(size, request::setImageSize);
        ifGiven(ngf, network::setNgf);
        ifGiven(family, network::setFamily);
        ifGiven(iterations, training::setIterations);
        ifGiven(seconds, training::setMaximumSeconds);
        ifGiven(batch, training::setBatchSize);
        ifGiven(learningRate, training::setLearningRate);
        ifGiven(warmup, training::setWarmupIterations);
        ifGiven(decayAfter, training::setDecayAfterIterations);
        training.setPrecision(
                EnumOption.parse("--precision", Precision.class, precision, Precision.FLOAT32));
        ifGiven(ema, training::setEmaDecay);
        ifGiven(candidateEvery, training::setCandidateEvery);
        ifGiven(heldOut, training::setHeldOut);
        ifGiven(clip, training::setGradientClip);
        ifGiven(stopAfter, training::setPatience);
        var promotion = request.getPromotionBuilder();
        ifGiven(judgeBy, promotion::setImages);
        ifGiven(shadow, promotion::setShadow);
        promotion.setRule(
                EnumOption.parse("--promote", PromotionRule.class, promote, PromotionRule.BEST));
        request.setMeanwhile(
                EnumOption.parse("--meanwhile", Meanwhile.class, meanwhile, Meanwhile.QUEUE));
        return request.setRunId(UUID.randomUUID().toString())
                .setModel(model)
                .setDataset(dataset)
                .setPreset(preset)
                .setAblation(ablation);
    }

    private static <T> void ifGiven(T value, Consumer<T> set) {
        if (value != null) {
            set.accept(value);
        }
    }
}
