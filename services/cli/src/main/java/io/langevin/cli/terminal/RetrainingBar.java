package io.langevin.cli.terminal;

import io.langevin.client.PlatformClient;
import io.langevin.client.Retraining;
import io.langevin.process.Inert;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRequest;
import io.langevin.records.TrainingProgress;
import java.util.Locale;
import java.util.Optional;

/** A run on the terminal: a line for every stage, and a bar while the network is trained. */
public final class RetrainingBar implements Retraining.Watcher, AutoCloseable {
    private final RetrainingRequest request;
    private Optional<Progress> bar = Optional.empty();
    private String ahead = "";

    private RetrainingBar(RetrainingRequest request) {
        this.request = request;
    }

    /** Asks and waits as {@link Retraining#askAndWait}. Ctrl-C says that the run goes on. */
    public static JobState askAndWait(PlatformClient platform, RetrainingRequest request)
            throws InterruptedException {
        OnInterrupt interrupt =
                OnInterrupt.say(
                        "run %1$s goes on all the same; './langevin jobs %1$s' tells its state"
                                .formatted(request.getRunId()));
        try (var bar = new RetrainingBar(request)) {
            return Retraining.askAndWait(platform, request, bar);
        } finally {
            interrupt.close();
        }
    }

    @Override
    public void state(JobState state) {
        bar.ifPresent(shown -> shown.at(steps()));
        close();
        System.out.printf(
                "%-10s %s%n",
                state.getStage().name().toLowerCase(Locale.ROOT), Inert.text(state.getDetail()));
    }

    @Override
    public void progress(TrainingProgress progress) {
        if (bar.isEmpty()) {
            bar =
                    Optional.of(
                            Progress.of(
                                    "training " + request.getModel(),
                                    steps(),
                                    isBySeconds() ? "s" : "steps"));
        }
        bar.get()
                .at(
                        isBySeconds() ? (long) progress.getSeconds() : progress.getIteration(),
                        "loss %.1f, step %d, %.0f images/s"
                                .formatted(
                                        progress.getLoss(),
                                        progress.getIteration(),
                                        progress.getImagesPerSecond()));
    }

    @Override
    public void otherProgress(TrainingProgress other) {
        if (!other.getRunId().equals(ahead) && bar.isEmpty()) {
            ahead = other.getRunId();
            System.out.printf("%-10s meanwhile run %s is being trained%n", "", Inert.text(ahead));
        }
    }

    private boolean isBySeconds() {
        return request.getTraining().getMaximumSeconds() > 0;
    }

    private long steps() {
        return isBySeconds()
                ? request.getTraining().getMaximumSeconds()
                : request.getTraining().getIterations();
    }

    @Override
    public void close() {
        bar.ifPresent(Progress::close);
        bar = Optional.empty();
    }
}
