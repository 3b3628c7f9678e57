package io.langevin.sampling;

import io.langevin.records.SampleStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the sampling service says about itself. */
public final class SamplingMetrics {
    private final Map<SampleStatus, Counter> requests = new EnumMap<>(SampleStatus.class);
    private final Counter images;
    private final Counter networkCalls;
    private final Counter slotsUsed;
    private final Counter slotsOffered;
    private final DistributionSummary fill;
    private final Timer callTime;
    private final Timer queueTime;
    private final Timer computeTime;
    private final Timer totalTime;
    private final AtomicInteger activeRequests;
    private final AtomicInteger activeImages;
    private final AtomicLong lag;

    public SamplingMetrics(MeterRegistry registry) {
        for (SampleStatus status : SampleStatus.values()) {
            requests.put(
                    status,
                    registry.counter(
                            "langevin.sampling.requests",
                            "status",
                            status.name().toLowerCase(Locale.ROOT)));
        }
        images = registry.counter("langevin.sampling.images");
        networkCalls = registry.counter("langevin.sampling.network.calls");
        slotsUsed = registry.counter("langevin.sampling.slots.used");
        slotsOffered = registry.counter("langevin.sampling.slots.offered");
        fill =
                DistributionSummary.builder("langevin.sampling.fill")
                        .description("Part of the slots that a network call used, 0 to 1.")
                        .serviceLevelObjectives(0.125, 0.25, 0.5, 0.75, 0.9, 1)
                        .register(registry);
        callTime = histogram(registry, "langevin.sampling.network.call");
        queueTime = histogram(registry, "langevin.sampling.queue");
        computeTime = histogram(registry, "langevin.sampling.compute");
        totalTime = histogram(registry, "langevin.sampling.total");
        activeRequests = registry.gauge("langevin.sampling.requests.active", new AtomicInteger());
        lag = registry.gauge("langevin.sampling.lag", new AtomicLong());
        activeImages = registry.gauge("langevin.sampling.images.active", new AtomicInteger());
    }

    private static Timer histogram(MeterRegistry registry, String name) {
        return Timer.builder(name).publishPercentileHistogram().register(registry);
    }

    /** Counts a completed request by when it was asked for, first computed, done. */
    public void served(Instant asked, Instant first, Instant done) {
        queueTime.record(positive(asked, first));
        computeTime.record(positive(first, done));
        totalTime.record(positive(asked, done));
    }

    /** Clocks of two machines may differ. */
    private static Duration positive(Instant from, Instant to) {
        return to.isAfter(from) ? Duration.between(from, to) : Duration.ZERO;
    }

    public void ended(SampleStatus status, int published) {
        requests.get(status).increment();
        images.increment(published);
    }

    public void networkCall(int used, int offered, double seconds) {
        networkCalls.increment();
        callTime.record(Math.round(1e9 * seconds), TimeUnit.NANOSECONDS);
        slotsUsed.increment(used);
        slotsOffered.increment(offered);
        fill.record((double) used / offered);
    }

    /**
     * @param unread requests of this process's partitions that it has not read yet
     */
    void waiting(int active, int admitted, long unread) {
        lag.set(unread);
        activeRequests.set(active);
        activeImages.set(admitted);
    }
}
