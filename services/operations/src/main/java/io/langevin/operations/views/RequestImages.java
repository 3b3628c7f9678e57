package io.langevin.operations.views;

import static io.langevin.messaging.Topics.SAMPLING_IMAGES;
import static io.langevin.messaging.Topics.SAMPLING_OUTCOMES;
import static io.langevin.messaging.Topics.SAMPLING_REQUESTS;

import io.langevin.artifacts.ArtifactException;
import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.follow.KeyedRecords;
import io.langevin.process.Futures;
import io.langevin.records.GeneratedImage;
import io.langevin.records.JobState;
import io.langevin.records.SampleOutcome;
import io.langevin.records.SampleRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Requests and their images as the topics have them, however old; the last ones that were asked for
 * are kept. Safe to use from several threads.
 */
public final class RequestImages {
    /** Clocks of brokers and services differ. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private static final Duration FRESH = Duration.ofSeconds(3);
    private static final int REMEMBERED = 32;
    private static final long BYTES_REMEMBERED = 64L << 20;

    private final KeyedRecords records;
    private final ArtifactStore artifacts;

    /** By request, in the order of their beginnings. */
    private final Map<String, CompletableFuture<Reading>> readings = new LinkedHashMap<>();

    /**
     * @param whole whether there can be no more images
     * @param at {@link System#nanoTime}
     */
    private record Reading(List<GeneratedImage> images, boolean whole, long at) {}

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

    /**
     * The images that the request has so far, in their order; none where topics forgot them. Those
     * that ask at once share one reading, and what is not complete is read anew after a moment.
     */
    public List<GeneratedImage> images(String id, Optional<JobState> state)
            throws InterruptedException {
        CompletableFuture<Reading> mine = new CompletableFuture<>();
        CompletableFuture<Reading> shared;
        synchronized (readings) {
            CompletableFuture<Reading> known = readings.get(id);
            if (known != null && known.isDone() && isStale(known)) {
                readings.remove(id);
            }
            shared = readings.putIfAbsent(id, mine);
        }
        if (shared != null) {
            return Futures.get(shared).images();
        }
        try {
            List<GeneratedImage> images = read(id, state);
            boolean whole = !images.isEmpty() && images.size() >= images.get(0).getCount();
            mine.complete(new Reading(images, whole, System.nanoTime()));
            forget();
            return images;
        } catch (InterruptedException | RuntimeException | Error e) {
            synchronized (readings) {
                readings.remove(id, mine); // before anybody finds that it has failed
            }
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private static boolean isStale(CompletableFuture<Reading> known) {
        Reading reading = known.getNow(null);
        return !reading.whole() && System.nanoTime() - reading.at() > FRESH.toNanos();
    }

    private List<GeneratedImage> read(String id, Optional<JobState> state)
            throws InterruptedException {
        Map<Integer, GeneratedImage> byIndex = new TreeMap<>();
        records.find(
                        SAMPLING_IMAGES,
                        id,
                        since(state),
                        found -> found.size() >= found.get(0).getCount())
                .forEach(image -> byIndex.putIfAbsent(image.getIndex(), image));
        return List.copyOf(byIndex.values());
    }

    /** The oldest readings go where they are too many or too large; those under way stay. */
    private void forget() {
        synchronized (readings) {
            var oldest = readings.values().iterator();
            while (oldest.hasNext()
                    && readings.size() > 1
                    && (readings.size() > REMEMBERED || bytes() > BYTES_REMEMBERED)) {
                if (oldest.next().isDone()) {
                    oldest.remove();
                }
            }
        }
    }

    private long bytes() {
        return readings.values().stream()
                .filter(reading -> reading.isDone() && !reading.isCompletedExceptionally())
                .flatMap(reading -> reading.join().images().stream())
                .mapToLong(image -> image.getBytes() == null ? 0 : image.getBytes().remaining())
                .sum();
    }

    private static Instant since(Optional<JobState> state) {
        return state.map(JobState::getRequestedAt)
                .map(asked -> asked.minus(MARGIN))
                .orElse(Instant.EPOCH);
    }

    /**
     * The image's own bytes, be they in the record or in the store.
     *
     * @throws io.langevin.artifacts.ArtifactException where the store does not have them
     */
    public byte[] bytes(GeneratedImage image) {
        if (image.getBytes() == null) {
            if (!ArtifactId.isId(image.getArtifact())) {
                throw new ArtifactException("image %d is empty".formatted(image.getIndex()));
            }
            return artifacts.get(new ArtifactId(image.getArtifact()));
        }
        byte[] bytes = new byte[image.getBytes().remaining()];
        image.getBytes().duplicate().get(bytes);
        return bytes;
    }
}
