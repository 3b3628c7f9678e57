package io.langevin.client;

import io.langevin.process.Futures;
import io.langevin.records.CancellationOutcome;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** A sample request that has been published. Safe to use from several threads. */
public final class SamplingCall {
    private final SampleRequest request;
    private final Consumer<GeneratedImage> listener;
    private final Function<String, CompletableFuture<CancellationOutcome>> canceller;
    private final List<GeneratedImage> images = new ArrayList<>();
    private final CompletableFuture<Sampling.Answer> answer = new CompletableFuture<>();
    private Optional<SampleOutcome> outcome = Optional.empty();

    SamplingCall(
            SampleRequest request,
            Consumer<GeneratedImage> listener,
            Function<String, CompletableFuture<CancellationOutcome>> canceller) {
        this.request = request;
        this.listener = listener;
        this.canceller = canceller;
    }

    public String requestId() {
        return request.getRequestId();
    }

    /**
     * The outcome with its images in the order of their index; it fails with {@link
     * NotCompletedException} where the request ended otherwise than completed, and with what the
     * listener has thrown. Nothing stops it from waiting for a service that is not there: {@link
     * CompletableFuture#orTimeout} does.
     */
    public CompletableFuture<Sampling.Answer> answer() {
        return answer;
    }

    /**
     * Waits for the images, in the order of their index.
     *
     * @throws NotCompletedException where the request ended otherwise than completed
     */
    public List<GeneratedImage> get() {
        return Futures.join(answer).images();
    }

    /** Asks the request to stop; the answer says whether it was still under way. */
    public CompletableFuture<CancellationOutcome> cancel(String reason) {
        return canceller.apply(reason);
    }

    void arrived(GeneratedImage image) {
        synchronized (this) {
            images.add(image);
        }
        try {
            listener.accept(image);
        } catch (RuntimeException e) { // whoever waits is told, and waits no longer
            answer.completeExceptionally(e);
        }
        completeIfWhole();
    }

    void arrived(SampleOutcome end) {
        synchronized (this) {
            outcome = Optional.of(end);
        }
        completeIfWhole();
    }

    /** Images and outcome come from different topics: either may arrive first. */
    private void completeIfWhole() {
        Sampling.Answer whole;
        synchronized (this) {
            if (outcome.isEmpty() || images.size() < outcome.get().getImages()) {
                return;
            }
            images.sort(Comparator.comparingInt(GeneratedImage::getIndex));
            whole = new Sampling.Answer(outcome.get(), List.copyOf(images));
        }
        try {
            Sampling.requireCompleted(whole.outcome());
            answer.complete(whole);
        } catch (NotCompletedException e) {
            answer.completeExceptionally(e);
        }
    }

    void fail(Throwable why) {
        answer.completeExceptionally(why);
    }
}
