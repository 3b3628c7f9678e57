package io.langevin.training;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.datasets.BatchOrder;
import io.langevin.messaging.queue.JobContext;
import io.langevin.messaging.rules.RejectedException;
import io.langevin.records.TrainingJob;
import io.langevin.records.TrainingParameters;
import io.langevin.records.TrainingProgress;
import io.langevin.score.DenoisingScoreMatching;
import io.langevin.score.DenoisingScoreMatching.State;
import io.langevin.score.torch.ComputeDevice;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Optimiser steps until there have been enough or the time is up, with progress every second and a
 * snapshot now and then. Owned by one thread.
 */
final class ScoreTrainer implements AutoCloseable {
    private static final double PROGRESS_SECONDS = 1;

    private final TrainingJob job;
    private final TrainingParameters parameters;
    private final ArtifactStore artifacts;
    private final ProgressLog progress;
    private final DenoisingScoreMatching matching;
    private final ComputeDevice device;
    private final BatchOrder batches;
    private final double secondsBefore;
    private final long begin = System.nanoTime();
    private long step;

    /** Those of this trainer, the newest first; {@link BlobSweep} has those of others. */
    private final Deque<ArtifactId> snapshots = new ArrayDeque<>();

    /**
     * @param loss mean since the last progress; not a number where a snapshot was already the end
     */
    record Trained(State state, double loss, double seconds) {}

    ScoreTrainer(
            TrainingJob job,
            TrainingPlan plan,
            Optional<TrainingSnapshot> from,
            ArtifactStore artifacts,
            ProgressLog progress,
            ComputeDevice device) {
        this.job = job;
        this.device = device;
        this.parameters = job.getTraining();
        this.artifacts = artifacts;
        this.progress = progress;
        State state =
                from.map(TrainingSnapshot::state)
                        .orElseGet(() -> State.initial(plan.architecture(), parameters.getSeed()));
        this.step = state.step();
        this.secondsBefore = from.map(TrainingSnapshot::seconds).orElse(0.0);
        this.matching =
                new DenoisingScoreMatching(
                        plan.architecture(), plan.schedule(), plan.settings(), state, device);
        this.batches =
                new BatchOrder(
                        plan.data(),
                        parameters.getBatchSize(),
                        parameters.getRandomFlip(),
                        parameters.getSeed());
    }

    Trained train(JobContext context) throws InterruptedException {
        double lossSum = 0;
        int losses = 0;
        double mean = Double.NaN;
        double reported = seconds();
        double saved = seconds();
        boolean done = isDone();
        while (!done) {
            throwIfStopped(context, mean);
            step++;
            lossSum += matching.step(batches.batch(step));
            losses++;
            double now = seconds();
            done = isDone();
            boolean save = now - saved >= parameters.getSnapshotSeconds();
            if (now - reported >= PROGRESS_SECONDS || save || done) {
                mean = finite(lossSum / losses);
                double rate = losses * parameters.getBatchSize() / Math.max(1e-9, now - reported);
                Optional<ArtifactId> snapshot = save ? Optional.of(snapshot()) : Optional.empty();
                progress.write(progress(mean, rate, snapshot), context.headers());
                if (snapshot.isPresent()) {
                    replaceSnapshot(snapshot.get(), context);
                }
                saved = save ? now : saved;
                reported = now;
                lossSum = 0;
                losses = 0;
            }
        }
        return new Trained(matching.state(), mean, seconds());
    }

    /** A worker that is asked to stop puts what it has into safety first. */
    private void throwIfStopped(JobContext context, double loss) throws InterruptedException {
        try {
            context.throwIfCancelled();
        } catch (InterruptedException e) {
            if (step > 0) {
                ArtifactId snapshot = snapshot();
                progress.write(
                        progress(Double.isNaN(loss) ? 0 : loss, 0, Optional.of(snapshot)),
                        context.headers());
                replaceSnapshot(snapshot, context);
            }
            throw e;
        }
    }

    private boolean isDone() {
        boolean timeIsUp =
                parameters.getMaximumSeconds() > 0 && seconds() >= parameters.getMaximumSeconds();
        return step >= parameters.getIterations() || timeIsUp;
    }

    /** Seconds of training so far, what other workers did before a crash counted in. */
    private double seconds() {
        return secondsBefore + (System.nanoTime() - begin) / 1e9;
    }

    private double finite(double loss) {
        if (!Double.isFinite(loss)) {
            throw new RejectedException(
                    "training diverged: the loss is %s after %d iterations; lower learningRate"
                            .formatted(loss, step));
        }
        return loss;
    }

    private ArtifactId snapshot() {
        return artifacts.put(new TrainingSnapshot(matching.state(), seconds()).bytes());
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

    private TrainingProgress progress(double loss, double rate, Optional<ArtifactId> snapshot) {
        return TrainingProgress.newBuilder()
                .setRunId(job.getRunId())
                .setIteration((int) step)
                .setIterations(parameters.getIterations())
                .setSeconds(seconds())
                .setMaximumSeconds(parameters.getMaximumSeconds())
                .setLoss(loss)
                .setImagesPerSecond(rate)
                .setSnapshot(snapshot.map(ArtifactId::hex).orElse(null))
                .setDevice(device.kind())
                .setPrecision(parameters.getPrecision())
                .setMeasuredAt(Instant.now())
                .build();
    }

    @Override
    public void close() {
        matching.close();
    }
}
