package io.langevin.sampling;

import io.langevin.records.SampleStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What the sampling service says about itself. */
final class SamplingMetrics {
    private final Map<SampleStatus, Counter> requests = new EnumMap<>(SampleStatus.class);
    private final Counter images;
    private final Counter networkCalls;
    private final Counter slotsUsed;
    private final Counter slotsOffered;
    private final AtomicInteger activeRequests;
    private final AtomicInteger activeImages;

    SamplingMetrics(MeterRegistry registry) {
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
        activeRequests = registry.gauge("langevin.sampling.requests.active", new AtomicInteger());
        activeImages = registry.gauge("langevin.sampling.images.active", new AtomicInteger());
    }

    void ended(SampleStatus status, int published) {
        requests.get(status).increment();
        images.increment(published);
    }

    void networkCall(int used, int offered) {
        networkCalls.increment();
        slotsUsed.increment(used);
        slotsOffered.increment(offered);
    }

    void waiting(int active, int admitted) {
        activeRequests.set(active);
        activeImages.set(admitted);
    }
}
