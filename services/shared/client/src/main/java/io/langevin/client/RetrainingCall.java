package io.langevin.client;

import io.langevin.messaging.rules.JobStages;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.JobState;
import io.langevin.records.RetrainingRequest;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** A retraining request that has been published. Safe to use from several threads. */
public final class RetrainingCall {
    private final RetrainingRequest request;
    private final Consumer<JobState> listener;
    private final Function<String, CompletableFuture<CancellationOutcome>> canceller;
    private final CompletableFuture<JobState> end = new CompletableFuture<>();

    RetrainingCall(
            RetrainingRequest request,
            Consumer<JobState> listener,
            Function<String, CompletableFuture<CancellationOutcome>> canceller) {
        this.request = request;
        this.listener = listener;
        this.canceller = canceller;
    }

    public String runId() {
        return request.getRunId();
    }

    /**
     * The state COMPLETED, once its checkpoint is published; it fails with {@link
     * NotCompletedException} where the run ends otherwise, and with what the listener has thrown.
     */
    public CompletableFuture<JobState> end() {
        return end;
    }

    /** Asks the run to stop; the answer says whether it was still under way. */
    public CompletableFuture<CancellationOutcome> cancel(String reason) {
        return canceller.apply(reason);
    }

    void arrived(JobState state) {
        try {
            listener.accept(state);
        } catch (RuntimeException e) { // whoever waits is told, and waits no longer
            end.completeExceptionally(e);
        }
        if (!JobStages.isEnd(state.getStage())) {
            return;
        }
        try {
            Retraining.requireCompleted(state);
            end.complete(state);
        } catch (NotCompletedException e) {
            end.completeExceptionally(e);
        }
    }

    void fail(Throwable why) {
        end.completeExceptionally(why);
    }
}
