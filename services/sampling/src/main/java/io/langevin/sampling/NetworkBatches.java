package io.langevin.sampling;

import io.langevin.artifacts.ArtifactId;
import io.langevin.sampling.ActiveRequest.Image;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.TorchScoreNetwork;
import io.langevin.score.TrajectoryBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * A batch for each network in use. Before every call slots are shared out anew among the requests:
 * nobody waits for images of whoever has more than a fair share. Owned by one thread.
 */
final class NetworkBatches implements AutoCloseable {
    private static final String TENANT = "tenant";

    private final SamplingConfig config;
    private final SamplingMetrics metrics;
    private final Previews previews;
    private final Map<Network, TrajectoryBatch<Image>> batches = new LinkedHashMap<>();
    private final Map<Network, Double> callSeconds = new HashMap<>();

    /** Requests share calls where they share both. */
    private record Network(ArtifactId checkpoint, Precision precision) {
        static Network of(ActiveRequest request) {
            return new Network(
                    request.checkpoint().id(),
                    Precision.valueOf(request.request().getSampler().getPrecision().name()));
        }
    }

    NetworkBatches(SamplingConfig config, SamplingMetrics metrics, Previews previews) {
        this.config = config;
        this.previews = previews;
        this.metrics = metrics;
    }

    /**
     * Decides who has the slots of the next calls.
     *
     * @param active in the order in which they came
     */
    void share(List<ActiveRequest> active) {
        Map<Network, List<ActiveRequest>> byNetwork = new LinkedHashMap<>();
        for (ActiveRequest request : active) {
            byNetwork.computeIfAbsent(Network.of(request), n -> new ArrayList<>()).add(request);
        }
        byNetwork.values().forEach(this::shareOne);
    }

    private void shareOne(List<ActiveRequest> requests) {
        TrajectoryBatch<Image> batch = batch(requests.get(0));
        int[] shares =
                SlotShares.of(
                        requests.stream().map(NetworkBatches::demand).toList(),
                        config.slots(),
                        reserve());
        for (int i = 0; i < shares.length; i++) {
            requests.get(i).leaveAllBut(shares[i], batch);
        }
        for (int i = 0; i < shares.length; i++) {
            requests.get(i).take(shares[i], batch, previews);
        }
    }

    /** At least one slot where any are to be reserved; never so many that none are left. */
    private int reserve() {
        int percent = config.reservedPercent();
        int wanted = percent == 0 ? 0 : Math.max(1, config.slots() * percent / 100);
        return Math.min(wanted, (config.slots() - 1) / 2);
    }

    private static SlotShares.Demand demand(ActiveRequest request) {
        return new SlotShares.Demand(
                request.request().getPriority(),
                request.request().getLabels().getOrDefault(TENANT, ""),
                request.unfinished());
    }

    private TrajectoryBatch<Image> batch(ActiveRequest request) {
        return batches.computeIfAbsent(
                Network.of(request),
                network ->
                        new TrajectoryBatch<>(
                                new TorchScoreNetwork(
                                        request.checkpoint().checkpoint(), network.precision()),
                                config.slots()));
    }

    /** One call of each network that has images. */
    void step(BiConsumer<Image, float[]> finished) {
        batches.forEach(
                (network, batch) -> {
                    if (batch.size() > 0) {
                        int used = batch.size();
                        long begin = System.nanoTime();
                        var ended = batch.step();
                        double seconds = (System.nanoTime() - begin) / 1e9;
                        callSeconds.merge(network, seconds, Math::min);
                        metrics.networkCall(used, config.slots(), seconds);
                        ended.forEach(image -> finished.accept(image.owner(), image.pixels()));
                    }
                });
    }

    /**
     * Seconds that a request needs at least for the images that have not begun, were every call the
     * fastest so far; 0 before the first call of its network.
     */
    double secondsAtLeast(ActiveRequest request) {
        int waves = (request.notBegun() + config.slots() - 1) / config.slots();
        return waves
                * request.work().plan().networkEvaluations()
                * callSeconds.getOrDefault(Network.of(request), 0.0);
    }

    void giveUp(ActiveRequest request) {
        TrajectoryBatch<Image> batch = batches.get(Network.of(request));
        if (batch != null) {
            batch.removeIf(image -> image.request() == request);
        }
    }

    /** A network that serves nobody and is not a model's current one gives its memory back. */
    void forgetIdle(Collection<ArtifactId> current) {
        if (batches.size() <= 1) {
            return;
        }
        batches.entrySet()
                .removeIf(
                        entry -> {
                            boolean idle =
                                    entry.getValue().size() == 0
                                            && !current.contains(entry.getKey().checkpoint());
                            if (idle) {
                                entry.getValue().close();
                                callSeconds.remove(entry.getKey());
                            }
                            return idle;
                        });
    }

    @Override
    public void close() {
        batches.values().forEach(TrajectoryBatch::close);
        batches.clear();
        callSeconds.clear();
    }
}
