package io.langevin.messaging.rules;

import static io.langevin.messaging.rules.RecordRules.atLeast;
import static io.langevin.messaging.rules.RecordRules.between;
import static io.langevin.messaging.rules.RecordRules.fraction;
import static io.langevin.messaging.rules.RecordRules.isModelName;
import static io.langevin.messaging.rules.RecordRules.oneOf;
import static io.langevin.messaging.rules.RecordRules.positive;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireArtifact;
import static io.langevin.messaging.rules.RecordRules.requireIdIsKey;
import static io.langevin.messaging.rules.RecordRules.requireLabels;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.records.NetworkParameters;
import io.langevin.records.Promotion;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.ScheduleParameters;
import io.langevin.records.TrainingParameters;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a retraining request may ask for, as far as it can be told without the data: whoever sends
 * one can check it first, and the workflow checks it before any work. Presets and ablations are
 * expected to be filled in.
 */
public final class RetrainingRules {
    /** Names of networks; {@code auto} leaves the choice to the image size. */
    public static final List<String> FAMILIES =
            List.of("auto", "ncsnv2", "ncsnv2-deeper", "ncsnv2-deepest", "ncsn");

    private static final Pattern DATASET =
            Pattern.compile(
                    "[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*"
                            + "|topic:[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(@\\d{1,18}-\\d{1,18})?");
    private static final int LONGEST_DATASET = 200;
    private static final int LONGEST_CAUSE = 1_000;
    private static final int MOST_LEVELS = 10_000;
    private static final double LARGEST_SIGMA = 1e6;
    private static final int MOST_CANDIDATES = 100;
    private static final int MOST_SHADOWED = 100;
    private static final int FEWEST_JUDGED = 16;
    private static final int MOST_JUDGED = 10_000; // as many as a sample request may ask for

    private RetrainingRules() {}

    /**
     * @param key of the record
     * @throws RejectedException which field, which rule, which value
     */
    public static void check(RetrainingRequest request, String key) {
        requireIdIsKey("runId", request.getRunId(), key);
        requireModelName(request.getModel());
        requireLabels(request.getLabels());
        requireDataset(request.getDataset());
        int size = request.getImageSize();
        require(size >= 1 && size <= 1_024, "imageSize", "be 1 to 1024 pixels", size);
        require(
                List.of(0, 1, 3).contains(request.getChannels()),
                "channels",
                "be 1 (grey), 3 (RGB) or 0 (as the data is)",
                request.getChannels());
        check(request.getNetwork());
        check(request.getTraining());
        check(request.getSchedule());
        check(request.getPromotion());
        require(
                request.getPolicy() == null || isModelName(request.getPolicy()),
                "policy",
                "be 1 to 100 letters, digits, '.', '_' or '-'",
                request.getPolicy());
        require(
                request.getCause().length() <= LONGEST_CAUSE,
                "cause",
                "have at most %d characters".formatted(LONGEST_CAUSE),
                request.getCause().length());
    }

    /**
     * How a checkpoint may come to its model.
     *
     * @throws RejectedException which field, which rule, which value
     */
    public static void check(Promotion promotion) {
        between("promotion.images", promotion.getImages(), FEWEST_JUDGED, MOST_JUDGED);
        between("promotion.shadow", promotion.getShadow(), 0, MOST_SHADOWED);
    }

    /**
     * The name of a data set.
     *
     * @throws RejectedException where there can be none of this name
     */
    public static void requireDataset(String name) {
        require(
                name.length() <= LONGEST_DATASET && DATASET.matcher(name).matches(),
                "dataset",
                "be a name of letters, digits, '.', '_', '-' and '/' below a configured root, or"
                        + " topic:NAME, or topic:NAME@BEGIN-END",
                "'" + name + "'");
    }

    /**
     * What a network may be asked to be.
     *
     * @throws RejectedException which field, which rule, which value
     */
    public static void check(NetworkParameters network) {
        oneOf("network", network.getFamily(), FAMILIES);
        between("network.ngf", network.getNgf(), 2, 512);
    }

    /**
     * What a training may be asked to do.
     *
     * @throws RejectedException which field, which rule, which value
     */
    public static void check(TrainingParameters training) {
        atLeast("training.iterations", training.getIterations(), 1);
        between("training.batchSize", training.getBatchSize(), 1, 4_096);
        positive("training.learningRate", training.getLearningRate(), 1);
        atLeast("training.maximumSeconds", training.getMaximumSeconds(), 0);
        atLeast("training.warmupIterations", training.getWarmupIterations(), 0);
        atLeast("training.decayAfterIterations", training.getDecayAfterIterations(), 0);
        atLeast("training.snapshotSeconds", training.getSnapshotSeconds(), 1);
        belowOne("training.beta1", training.getBeta1());
        belowOne("training.beta2", training.getBeta2());
        belowOne("training.emaDecay", training.getEmaDecay());
        positive("training.adamEpsilon", training.getAdamEpsilon(), 1);
        checkCandidates(training);
        double clip = training.getGradientClip();
        require(
                clip >= 0 && clip < Double.POSITIVE_INFINITY,
                "training.gradientClip",
                "be finite and at least 0",
                clip);
        requireArtifact("training.startFrom", training.getStartFrom());
    }

    private static void checkCandidates(TrainingParameters training) {
        int every = training.getCandidateEvery();
        require(
                every == 0 || every > 0 && training.getIterations() / every <= MOST_CANDIDATES,
                "training.candidateEvery",
                "be 0, or so large that %d iterations propose at most %d"
                        .formatted(training.getIterations(), MOST_CANDIDATES),
                every);
        double heldOut = training.getHeldOut();
        require(heldOut >= 0 && heldOut <= 0.5, "training.heldOut", "be 0 to 0.5", heldOut);
        atLeast("training.patience", training.getPatience(), 0);
        require(
                training.getPatience() == 0 || heldOut > 0,
                "training.patience",
                "be 0 where no images are held out",
                training.getPatience());
    }

    private static void check(ScheduleParameters schedule) {
        double end = schedule.getSigmaEnd();
        require(
                end > 0 && end < LARGEST_SIGMA,
                "schedule.sigmaEnd",
                "be above 0 and below 1000000",
                end);
        Double begin = schedule.getSigmaBegin();
        require(
                begin == null || begin >= end && begin < LARGEST_SIGMA,
                "schedule.sigmaBegin",
                "be at least sigmaEnd and below 1000000",
                begin);
        fraction("schedule.overlap", schedule.getOverlap());
        Integer levels = schedule.getLevels();
        require(
                levels == null || levels >= 2 && levels <= MOST_LEVELS,
                "schedule.levels",
                "be 2 to " + MOST_LEVELS,
                levels);
        Double epsilon = schedule.getEpsilon();
        require(
                epsilon == null || epsilon > 0 && epsilon < Double.POSITIVE_INFINITY,
                "schedule.epsilon",
                "be finite and above 0",
                epsilon);
        between("schedule.stepsPerLevel", schedule.getStepsPerLevel(), 1, 10_000);
    }

    private static void belowOne(String field, double value) {
        require(value >= 0 && value < 1, field, "be at least 0 and below 1", value);
    }
}
