package io.langevin.cli;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.messaging.TopicFollower;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * A sample request from the client's side: publish it, collect images until its outcome is there.
 */
public final class Sampling {
    private Sampling() {}

    /**
     * @param images in the order of their index
     */
    public record Answer(SampleOutcome outcome, List<GeneratedImage> images) {}

    /**
     * @param progress told how many images have arrived
     * @throws CommandFailure where the request ended otherwise than completed, or no outcome came
     */
    public static Answer ask(
            Platform platform, SampleRequest request, long patienceSeconds, IntConsumer progress)
            throws InterruptedException {
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        String id = request.getRequestId();
        var now = new TopicFollower.From.Now();
        platform.follow(
                SAMPLING_IMAGES,
                now,
                (image, source) -> {
                    if (id.equals(source.key())) {
                        arrived.add(image);
                    }
                });
        platform.follow(
                SAMPLING_OUTCOMES,
                now,
                (outcome, source) -> {
                    if (id.equals(source.key())) {
                        arrived.add(outcome);
                    }
                });
        platform.write(SAMPLING_REQUESTS, id, request);
        return collect(arrived, request, patienceSeconds, progress);
    }

    /** As {@link #ask}, with a bar on the terminal. */
    public static Answer askWithBar(Platform platform, SampleRequest request, long patienceSeconds)
            throws InterruptedException {
        String task = "sampling " + request.getModel();
        try (Progress progress = Progress.of(task, request.getCount(), "images")) {
            return ask(platform, request, patienceSeconds, progress::at);
        }
    }

    /** Images and outcome come from different topics: either may arrive first. */
    private static Answer collect(
            BlockingQueue<Object> arrived,
            SampleRequest request,
            long patienceSeconds,
            IntConsumer progress)
            throws InterruptedException {
        List<GeneratedImage> images = new ArrayList<>();
        SampleOutcome outcome = null;
        while (outcome == null || images.size() < outcome.getImages()) {
            Object next = arrived.poll(patienceSeconds, TimeUnit.SECONDS);
            if (next == null) {
                throw new CommandFailure(
                        "request %s has no outcome after %d s: './langevin jobs %s' tells its state"
                                .formatted(
                                        request.getRequestId(),
                                        patienceSeconds,
                                        request.getRequestId()));
            }
            if (next instanceof GeneratedImage image) {
                images.add(image);
                progress.accept(images.size());
            } else if (next instanceof SampleOutcome end) {
                outcome = end;
            }
        }
        if (outcome.getStatus() != SampleStatus.COMPLETED) {
            throw new CommandFailure(
                    "request %s %s: %s"
                            .formatted(
                                    request.getRequestId(),
                                    outcome.getStatus().name().toLowerCase(Locale.ROOT),
                                    outcome.getReason()));
        }
        images.sort(Comparator.comparingInt(GeneratedImage::getIndex));
        return new Answer(outcome, List.copyOf(images));
    }
}
