package io.langevin.operations.views;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.follow.KeyedRecords;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Requests and their images as the topics have them, however old; the last ones that were asked for
 * are kept. Safe to use from several threads.
 */
public final class RequestImages {
    /** Topics forget after this. */
    private static final Duration KEPT = Duration.ofDays(7);

    /** Clocks of brokers and services differ. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private static final int REMEMBERED = 32;
    private static final long BYTES_REMEMBERED = 64L << 20;

    private final KeyedRecords records;
    private final ArtifactStore artifacts;
    private final Map<String, List<GeneratedImage>> remembered = new LinkedHashMap<>();

    /** A request, and its outcome where it has ended. */
    public record Found(SampleRequest request, Optional<SampleOutcome> outcome) {}

    public RequestImages(KeyedRecords records, ArtifactStore artifacts) {
        this.records = records;
        this.artifacts = artifacts;
    }

    /**
     * @param state says since when the request may be there; empty: since the topics begin
     */
    public Optional<Found> find(String id, Optional<JobState> state) throws InterruptedException {
        Instant since = since(state);
        List<SampleRequest> asked =
                records.find(SAMPLING_REQUESTS, id, since, found -> !found.isEmpty());
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        List<SampleOutcome> outcomes =
                records.find(SAMPLING_OUTCOMES, id, since, found -> !found.isEmpty());
        return Optional.of(new Found(asked.get(0), outcomes.stream().findFirst()));
    }

    /** The images that the request has so far, in their order; none where topics forgot them. */
    public List<GeneratedImage> images(String id, Optional<JobState> state)
            throws InterruptedException {
        synchronized (remembered) {
            List<GeneratedImage> known = remembered.get(id);
            if (known != null) {
                return known;
            }
        }
        Map<Integer, GeneratedImage> byIndex = new LinkedHashMap<>();
        records.find(
                        SAMPLING_IMAGES,
                        id,
                        since(state),
                        found -> found.size() >= found.get(0).getCount())
                .forEach(image -> byIndex.putIfAbsent(image.getIndex(), image));
        List<GeneratedImage> images =
                byIndex.values().stream()
                        .sorted(Comparator.comparingInt(GeneratedImage::getIndex))
                        .toList();
        if (!images.isEmpty() && images.size() == images.get(0).getCount()) {
            remember(id, images);
        }
        return images;
    }

    private void remember(String id, List<GeneratedImage> images) {
        synchronized (remembered) {
            remembered.put(id, images);
            var oldest = remembered.entrySet().iterator();
            while (remembered.size() > REMEMBERED
                    || remembered.size() > 1 && bytesRemembered() > BYTES_REMEMBERED) {
                oldest.next();
                oldest.remove();
            }
        }
    }

    private long bytesRemembered() {
        return remembered.values().stream()
                .flatMap(List::stream)
                .mapToLong(image -> image.getBytes() == null ? 0 : image.getBytes().remaining())
                .sum();
    }

    private static Instant since(Optional<JobState> state) {
        return state.map(JobState::getRequestedAt)
                .map(asked -> asked.minus(MARGIN))
                .orElse(Instant.now().minus(KEPT));
    }

    /**
     * The image's own bytes, be they in the record or in the store.
     *
     * @throws io.langevin.artifacts.ArtifactException where the store does not have them
     */
    public byte[] bytes(GeneratedImage image) {
        if (image.getBytes() == null) {
            return artifacts.get(new ArtifactId(image.getArtifact()));
        }
        byte[] bytes = new byte[image.getBytes().remaining()];
        image.getBytes().duplicate().get(bytes);
        return bytes;
    }
}
