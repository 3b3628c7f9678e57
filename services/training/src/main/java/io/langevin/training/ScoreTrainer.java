package io.langevin.training;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.BatchOrder;
import io.langevin.messaging.Failures;
import io.langevin.messaging.follow.RunOrders;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.Candidate;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingParameters;
import io.langevin.records.TrainingProgress;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.HeldOutLoss;
import io.langevin.score.LearningRate;
import io.langevin.score.ParameterLayout;
import io.langevin.score.torch.ComputeDevice;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Optimiser steps until there have been enough or the time is up, with progress every second, a
 * snapshot now and then and checkpoints that are proposed on the way. A training that diverges goes
 * on once from its last snapshot with half the step size. Owned by one thread.
 */
final class ScoreTrainer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScoreTrainer.class);
    private static final double PROGRESS_SECONDS = 1;

    private final TrainingJob job;
    private final TrainingPlan plan;
    private final TrainingParameters parameters;
    private final ArtifactStore artifacts;
    private final ProgressLog progress;
    private final RunOrders orders;
    private final TrainedCheckpoint checkpoints;
    private final ComputeDevice device;
    private final BatchesAhead batches;
    private final double secondsBefore;
    private final long begin = System.nanoTime();
    private Candidates candidates;
    private DenoisingScoreMatching matching;
    private LearningRate rate;
    private boolean halved;
    private List<Double> byNoise = List.of(); // of the last candidate
    private long step;

    /** Those of this trainer, the newest first; {@link BlobSweep} has those of others. */
    private final Deque<ArtifactId> snapshots = new ArrayDeque<>();

    /** Loss and pace since the last progress. */
    private double lossSum;

    private int losses;
    private double mean;
    private double reported;

    /**
     * @param candidates in the order of their iterations, the end of training the last
     */
    record Trained(List<Candidate> candidates, long step, double seconds) {}

    ScoreTrainer(
            TrainingJob job,
            TrainingPlan plan,
            Optional<TrainingSnapshot> from,
            ArtifactStore artifacts,
            ProgressLog progress,
            RunOrders orders,
            ComputeDevice device) {
        this.job = job;
        this.plan = plan;
        this.device = device;
        this.parameters = job.getTraining();
        this.artifacts = artifacts;
        this.progress = progress;
        this.orders = orders;
        this.checkpoints = new TrainedCheckpoint(job, plan, device);
        this.secondsBefore = from.map(TrainingSnapshot::seconds).orElse(0.0);
        TrainingSnapshot start = from.orElseGet(this::first);
        goOn(start, start.halved());
        this.batches =
                new BatchesAhead(
                        new BatchOrder(
                                plan.data(),
                                parameters.getBatchSize(),
                                parameters.getRandomFlip(),
                                parameters.getSeed()));
    }

    private TrainingSnapshot first() {
        State state =
                plan.firstWeights()
                        .map(State::from)
                        .orElseGet(() -> State.initial(plan.architecture(), parameters.getSeed()));
        return new TrainingSnapshot(state, 0, 0, List.of(), false);
    }

    /** Where a training that diverges goes on: what it was last able to save, or its beginning. */
    private TrainingSnapshot lastGood() throws InterruptedException {
        return TrainingSnapshot.newest(
                        progress.lastSnapshots(job.getRunId()),
                        artifacts,
                        ParameterLayout.of(plan.architecture()).size())
                .orElseGet(this::first);
    }

    private void goOn(TrainingSnapshot from, boolean withHalfTheRate) {
        halved = withHalfTheRate;
        rate = halved ? plan.settings().rate().halved() : plan.settings().rate();
        if (matching != null) {
            matching.close();
        }
        matching =
                new DenoisingScoreMatching(
                        plan.architecture(),
                        plan.schedule(),
                        plan.settings().withRate(rate),
                        from.state(),
                        device);
        candidates = new Candidates(parameters, from.candidates());
        step = from.state().step();
        mean = from.loss();
        lossSum = 0;
        losses = 0;
    }

    /** A worker that is asked to stop puts what it has into safety first. */
    Trained train(JobContext context) throws InterruptedException {
        try {
            return steps(context);
        } catch (InterruptedException | RuntimeException e) {
            // from here on the stop is not in the way of another write
            boolean stopped =
                    Thread.interrupted()
                            || Failures.isInterruption(e)
                            || e instanceof PausedException;
            if (stopped && step > 0 && isFinite()) {
                report(true, false, context);
            }
            throw e;
        }
    }

    private Trained steps(JobContext context) throws InterruptedException {
        reported = seconds();
        double saved = seconds();
        while (!isDone()) {
            context.throwIfCancelled();
            if (orders.isPaused(job.getRunId())) {
                throw new PausedException(step);
            }
            double now = seconds();
            boolean due = step > 0 && candidates.isDue(step, now);
            boolean save = step > 0 && now - saved >= parameters.getSnapshotSeconds();
            if (now - reported >= PROGRESS_SECONDS || save || due) {
                if (isDiverged()) {
                    continue;
                }
                report(save, due, context);
                saved = save ? now : saved;
            } else {
                step++;
                lossSum += matching.step(batches.batch(step));
                losses++;
            }
        }
        if (!candidates.isProposed(step)) {
            if (isDiverged()) {
                return steps(context);
            }
            report(false, true, context);
        }
        return new Trained(candidates.all(), step, seconds());
    }

    /** Weights whose loss is no number are left for the last good ones, once. */
    private boolean isDiverged() throws InterruptedException {
        if (isFinite()) {
            return false;
        }
        if (halved) {
            throw new RejectedException(
                    "training diverged: the loss is %s after %d iterations, also with half the step"
                                    .formatted(lossSum / losses, step)
                            + " size; lower learningRate");
        }
        TrainingSnapshot good = lastGood();
        LOG.atWarn()
                .addKeyValue("id", job.getRunId())
                .addKeyValue("iteration", step)
                .addKeyValue("again", good.state().step())
                .log(
                        "training diverged: it goes on from its last snapshot with half the step size");
        goOn(good, true);
        return true;
    }

    /** A gradient that is none has spoilt the weights before a loss shows it. */
    private boolean isFinite() {
        return Double.isFinite(lossSum) && Double.isFinite(matching.gradientNorm());
    }

    private Candidate propose() {
        State state = matching.state();
        Optional<HeldOutLoss> heldOut = plan.heldOut().map(matching::loss);
        byNoise = heldOut.map(HeldOutLoss::byNoise).orElse(List.of());
        Candidate candidate =
                Candidate.newBuilder()
                        .setCheckpoint(checkpoints.put(state, artifacts).hex())
                        .setIteration((int) step)
                        .setLoss(mean)
                        .setHeldOutLoss(heldOut.map(HeldOutLoss::mean).orElse(null))
                        .build();
        candidates.add(candidate);
        return candidate;
    }

    /**
     * @param save whether a snapshot is taken
     * @param propose whether a checkpoint is proposed
     */
    private void report(boolean save, boolean propose, JobContext context)
            throws InterruptedException {
        double pace = losses * parameters.getBatchSize() / Math.max(1e-9, seconds() - reported);
        mean = losses == 0 ? mean : lossSum / losses;
        Optional<Candidate> candidate = propose ? Optional.of(propose()) : Optional.empty();
        Optional<ArtifactId> snapshot = save ? Optional.of(snapshot()) : Optional.empty();
        progress.write(progress(pace, snapshot, candidate), context.headers());
        if (snapshot.isPresent()) {
            replaceSnapshot(snapshot.get(), context);
        }
        reported = seconds();
        lossSum = 0;
        losses = 0;
    }

    private boolean isDone() {
        boolean timeIsUp =
                parameters.getMaximumSeconds() > 0 && seconds() >= parameters.getMaximumSeconds();
        return step >= parameters.getIterations() || timeIsUp || candidates.noLongerImprove();
    }

    /** Seconds of training so far, what other workers did before a crash counted in. */
    private double seconds() {
        return secondsBefore + (System.nanoTime() - begin) / 1e9;
    }

    private ArtifactId snapshot() {
        return artifacts.put(
                new TrainingSnapshot(matching.state(), seconds(), mean, candidates.all(), halved)
                        .bytes());
    }

    /** The last one that this trainer has taken. */
    Optional<ArtifactId> newestSnapshot() {
        return Optional.ofNullable(snapshots.peekFirst());
    }

    /** The oldest one may go once the new one is announced. */
    private void replaceSnapshot(ArtifactId snapshot, JobContext context)
            throws InterruptedException {
        snapshots.remove(snapshot);
        snapshots.addFirst(snapshot);
        while (snapshots.size() > ProgressLog.SNAPSHOTS_KEPT) {
            artifacts.delete(snapshots.removeLast());
        }
        context.gotFurther();
    }

    private TrainingProgress progress(
            double pace, Optional<ArtifactId> snapshot, Optional<Candidate> candidate) {
        return TrainingProgress.newBuilder()
                .setRunId(job.getRunId())
                .setIteration((int) step)
                .setIterations(parameters.getIterations())
                .setSeconds(seconds())
                .setMaximumSeconds(parameters.getMaximumSeconds())
                .setLoss(mean)
                .setImagesPerSecond(pace)
                .setSnapshot(snapshot.map(ArtifactId::hex).orElse(null))
                .setDevice(device.kind())
                .setPrecision(parameters.getPrecision())
                .setGradientNorm(matching.gradientNorm())
                .setLearningRate(rate.at(Math.max(1, step)))
                .setEstimatedEnd(Pace.end(parameters, step, seconds(), pace))
                .setCandidate(candidate.orElse(null))
                .setHeldOutLossByNoise(candidate.isPresent() ? byNoise : List.of())
                .setMeasuredAt(Instant.now())
                .build();
    }

    @Override
    public void close() {
        batches.close();
        matching.close();
    }
}
