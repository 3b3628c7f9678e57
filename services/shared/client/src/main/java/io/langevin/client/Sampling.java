package io.langevin.client;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_PREVIEWS;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.messaging.follow.From;
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
     * @throws NotCompletedException where the request ended otherwise than completed
     * @throws OutOfReachException where the service gives no sign of life
     */
    public static Answer ask(
            PlatformClient platform,
            SampleRequest request,
            long patienceSeconds,
            IntConsumer progress)
            throws InterruptedException {
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        String id = request.getRequestId();
        var now = new From.Now();
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
                    PlatformClient.nextInSilence(
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
        requireCompleted(outcome);
        images.sort(Comparator.comparingInt(GeneratedImage::getIndex));
        return new Answer(outcome, List.copyOf(images));
    }

    static void requireCompleted(SampleOutcome outcome) {
        if (outcome.getStatus() != SampleStatus.COMPLETED) {
            throw new NotCompletedException(
                    "request %s %s: %s"
                            .formatted(
                                    Inert.text(outcome.getRequestId()),
                                    outcome.getStatus().name().toLowerCase(Locale.ROOT),
                                    Inert.text(outcome.getReason())));
        }
    }
}
