package io.langevin.training;

import static io.langevin.messaging.rules.RecordRules.atLeast;
import static io.langevin.messaging.rules.RecordRules.require;
import static io.langevin.messaging.rules.RecordRules.requireArtifact;
import static io.langevin.messaging.rules.RecordRules.requireId;
import static io.langevin.messaging.rules.RecordRules.requireModelName;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.DatasetException;
import io.langevin.datasets.ImageDataset;
import io.langevin.datasets.ImageShape;
import io.langevin.datasets.MissingDatasetException;
import io.langevin.datatopic.DatasetLibrary;
import io.langevin.messaging.follow.RunOrders;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.queue.JobHandler;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.messaging.rules.RetrainingRules;
import io.langevin.noise.NoiseSchedule;
import io.langevin.records.JobStatus;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingParameters;
import io.langevin.records.TrainingResult;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.ExponentialMovingAverage;
import io.langevin.score.LearningRate;
import io.langevin.score.NetworkArchitecture;
import io.langevin.score.NetworkArchitecture.Family;
import io.langevin.score.ParameterLayout;
import io.langevin.score.torch.ComputeDevice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** A checkpoint from a data set and a schedule; goes on from the run's last snapshot. */
final class TrainingHandler implements JobHandler<TrainingJob, TrainingResult> {
    /** A family in a job that leaves the choice to the image size. */
    private static final String BY_SIZE = "auto";

    /** Held-out images that losses are measured with. */
    private static final int MOST_MEASURED = 256;

    private final DatasetLibrary datasets;
    private final ArtifactStore artifacts;
    private final ProgressLog progress;
    private final RunOrders orders;
    private final ComputeDevice device;

    TrainingHandler(
            DatasetLibrary datasets,
            ArtifactStore artifacts,
            ProgressLog progress,
            RunOrders orders,
            ComputeDevice device) {
        this.device = device;
        this.datasets = datasets;
        this.artifacts = artifacts;
        this.progress = progress;
        this.orders = orders;
    }

    @Override
    public String id(TrainingJob job) {
        return job.getRunId();
    }

    @Override
    public boolean isToWait(TrainingJob job) {
        return orders.isBehind(job.getRunId());
    }

    @Override
    public TrainingResult run(TrainingJob job, JobContext context) throws InterruptedException {
        requireId("runId", job.getRunId());
        List<ArtifactId> snapshots = snapshots(job);
        context.throwIfCancelled();
        if (orders.isPaused(job.getRunId())) {
            return ended(job, JobStatus.PAUSED, "paused before it began");
        }
        TrainingPlan plan = plan(job, snapshots.isEmpty());
        try (var trainer = trainer(job, plan, snapshots)) {
            // its snapshots stay until the run is over: BlobSweep deletes them
            return trained(job, trainer, context);
        }
    }

    private TrainingResult trained(TrainingJob job, ScoreTrainer trainer, JobContext context)
            throws InterruptedException {
        try {
            return result(job, trainer.train(context));
        } catch (PausedException e) {
            TrainingResult paused = ended(job, JobStatus.PAUSED, e.getMessage());
            String snapshot =
                    trainer.newestSnapshot().map(ArtifactId::hex).orElse(job.getSnapshot());
            return TrainingResult.newBuilder(paused).setSnapshot(snapshot).build();
        }
    }

    /** The newest first; of a run that has been paused for long progress tells nothing more. */
    private List<ArtifactId> snapshots(TrainingJob job) throws InterruptedException {
        List<ArtifactId> known = progress.lastSnapshots(job.getRunId());
        requireArtifact("snapshot", job.getSnapshot());
        return known.isEmpty() && job.getSnapshot() != null
                ? List.of(new ArtifactId(job.getSnapshot()))
                : known;
    }

    /** Goes on from the newest snapshot that is whole. */
    private ScoreTrainer trainer(TrainingJob job, TrainingPlan plan, List<ArtifactId> snapshots) {
        int weights = ParameterLayout.of(plan.architecture()).size();
        return new ScoreTrainer(
                job,
                plan,
                TrainingSnapshot.newest(snapshots, artifacts, weights),
                artifacts,
                progress,
                orders,
                device);
    }

    /** Everything that can be wrong with a job is found here, before any work. */
    private TrainingPlan plan(TrainingJob job, boolean begins) throws InterruptedException {
        requireModelName(job.getModel());
        TrainingParameters asked = job.getTraining();
        RetrainingRules.check(asked);
        RetrainingRules.check(job.getNetwork());
        atLeast("stepsPerLevel", job.getStepsPerLevel(), 1);
        try {
            NetworkArchitecture architecture = architecture(job);
            long weights = ParameterLayout.of(architecture).size();
            require(
                    weights <= TrainingSnapshot.MOST_WEIGHTS,
                    "network",
                    "have at most %d weights to be trained"
                            .formatted(TrainingSnapshot.MOST_WEIGHTS),
                    weights);
            ImageDataset data = data(job);
            ImageDataset.Split split = data.split(asked.getHeldOut());
            return new TrainingPlan(
                    architecture,
                    new NoiseSchedule(job.getSigmas()),
                    new DenoisingScoreMatching.Settings(
                            new LearningRate(
                                    asked.getLearningRate(),
                                    asked.getWarmupIterations(),
                                    asked.getDecayAfterIterations()),
                            asked.getBeta1(),
                            asked.getBeta2(),
                            asked.getAdamEpsilon(),
                            new ExponentialMovingAverage(asked.getEmaDecay(), asked.getEmaRamp()),
                            asked.getSeed(),
                            Precision.valueOf(asked.getPrecision().name()),
                            asked.getGradientClip() == 0
                                    ? Double.POSITIVE_INFINITY
                                    : asked.getGradientClip()),
                    split.training(),
                    split.heldOut().map(images -> images.pixels(MOST_MEASURED)),
                    firstWeights(asked.getStartFrom(), architecture, begins));
        } catch (MissingDatasetException e) {
            // it was there when its schedule was made: perhaps its disk is not mounted yet
            throw new UncheckedIOException(e.getMessage(), new IOException(e));
        } catch (DatasetException | IllegalArgumentException | ArithmeticException e) {
            throw new RejectedException(e.getMessage());
        }
    }

    /** The family asked for, or the one that the paper uses at this size. */
    private static NetworkArchitecture architecture(TrainingJob job) {
        String name = job.getNetwork().getFamily();
        Family family =
                name.equals(BY_SIZE) ? Family.forImageSize(job.getImageSize()) : Family.named(name);
        return new NetworkArchitecture(
                family,
                job.getNetwork().getNgf(),
                job.getChannels(),
                job.getImageSize(),
                family.isConditional() ? job.getSigmas().size() : 0);
    }

    /**
     * Weights that training starts from.
     *
     * @param id of a checkpoint, or null for random weights
     * @param needed false where training goes on from a snapshot: it may be gone by then
     */
    private Optional<float[]> firstWeights(String id, NetworkArchitecture wanted, boolean needed) {
        if (id == null) {
            return Optional.empty();
        }
        try {
            Checkpoint checkpoint = Checkpoint.parse(artifacts.get(new ArtifactId(id)));
            require(
                    checkpoint.architecture().equals(wanted),
                    "training.startFrom",
                    "be a checkpoint of the network that is trained, " + wanted,
                    checkpoint.architecture());
            return Optional.of(checkpoint.weights());
        } catch (ArtifactException | IllegalArgumentException e) {
            if (!needed) {
                return Optional.empty();
            }
            throw new RejectedException("training.startFrom: " + e.getMessage());
        }
    }

    private ImageDataset data(TrainingJob job) throws InterruptedException {
        ImageDataset data =
                datasets.read(
                                job.getDataset(),
                                new ImageShape(job.getImageSize(), job.getChannels()))
                        .data();
        require(
                data.fingerprint().equals(job.getDatasetFingerprint()),
                "dataset",
                "still have the fingerprint %s that its schedule was made from"
                        .formatted(job.getDatasetFingerprint()),
                data.fingerprint());
        return data;
    }

    private static TrainingResult result(TrainingJob job, ScoreTrainer.Trained trained) {
        return TrainingResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(JobStatus.COMPLETED)
                .setRound(job.getRound())
                .setCandidates(trained.candidates())
                .setIterations((int) trained.step())
                .setSeconds(trained.seconds())
                .build();
    }

    @Override
    public TrainingResult ended(TrainingJob job, JobStatus status, String reason) {
        return TrainingResult.newBuilder()
                .setRunId(job.getRunId())
                .setStatus(status)
                .setRound(job.getRound())
                .setReason(reason)
                .build();
    }
}
