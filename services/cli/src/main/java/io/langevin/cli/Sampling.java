package io.langevin.cli;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.messaging.follow.TopicFollower;
import io.langevin.process.Inert;
import io.langevin.process.OutOfReachException;
import io.langevin.records.GeneratedImage;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import io.langevin.records.SampleStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.IntConsumer;

/**
 * A sample request from the client's side: publish it, collect images until its outcome is there.
 */
public final class Sampling {
    /** A sign of life while no image is finished. */
    private static final int PREVIEW_ROWS = 16;

    private Sampling() {}

    /**
     * @param images in the order of their index
     */
    public record Answer(SampleOutcome outcome, List<GeneratedImage> images) {}

    /** Something came for somebody else: the service is at work. */
    private static final Object SIGN_OF_LIFE = new Object();

    /**
     * @param patienceSeconds how long to wait without any sign of life of the sampling service
     * @param progress told how many images have arrived
     * @throws CommandFailure where the request ended otherwise than completed
     * @throws OutOfReachException where the service gives no sign of life
     */
    public static Answer ask(
            Platform platform, SampleRequest request, long patienceSeconds, IntConsumer progress)
            throws InterruptedException {
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        String id = request.getRequestId();
        var now = new TopicFollower.From.Now();
        platform.follow(SAMPLING_IMAGES, now, (r, s) -> arrived(arrived, r, id.equals(s.key())));
        platform.follow(SAMPLING_OUTCOMES, now, (r, s) -> arrived(arrived, r, id.equals(s.key())));
        platform.follow(SAMPLING_PREVIEWS, now, (r, s) -> arrived(arrived, r, false));
        platform.write(SAMPLING_REQUESTS, id, request);
        return collect(arrived, request, patienceSeconds, progress);
    }

    private static void arrived(BlockingQueue<Object> arrived, Object record, boolean own) {
        if (own && record != null) {
            arrived.add(record);
        } else if (arrived.isEmpty()) {
            arrived.add(SIGN_OF_LIFE);
        }
    }

    /**
     * As {@link #ask}, with a bar on the terminal. The request's id is said first, and Ctrl-C asks
     * the request to stop.
     */
    public static Answer askWithBar(Platform platform, SampleRequest request, long patienceSeconds)
            throws InterruptedException {
        System.err.println("request " + request.getRequestId());
        String task = "sampling " + request.getModel();
        SampleRequest lively =
                request.getPreviewEvery() > 0
                        ? request
                        : SampleRequest.newBuilder(request).setPreviewEvery(PREVIEW_ROWS).build();
        OnInterrupt interrupt = OnInterrupt.cancel(platform, request.getRequestId());
        try (Progress progress = Progress.of(task, request.getCount(), "images")) {
            return ask(platform, lively, patienceSeconds, progress::at);
        } finally {
            interrupt.close();
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
            Object next =
                    Platform.nextInSilence(
                            arrived,
                            Duration.ofSeconds(patienceSeconds),
                            "the sampling service",
                            "request %1$s goes on all the same; './langevin jobs %1$s' tells its state"
                                    .formatted(request.getRequestId()));
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
                                    Inert.text(outcome.getReason())));
        }
        images.sort(Comparator.comparingInt(GeneratedImage::getIndex));
        return new Answer(outcome, List.copyOf(images));
    }
}
