package io.langevin.sampling.slots;

import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.SamplingMetrics;
import io.langevin.sampling.networks.Device;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.networks.ServingNetwork.Key;
import io.langevin.sampling.work.ActiveRequest;
import io.langevin.sampling.work.ActiveRequest.Image;
import io.langevin.trajectory.TrajectoryBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A batch for each network in use. Before every call slots are shared out anew among the requests:
 * nobody ends later than if all had equal parts. Networks take turns. Owned by one thread.
 */
public final class DeviceTurns {
    /** A network with little to do counts as this part of its slots. */
    private static final int LEAST_PART = 8;

    /** What is done meanwhile ends with this part of a call: the device shall not wait for us. */
    private static final double MEANWHILE = 5 / 6.0;

    /** Nanoseconds; Kafka's clients wait for milliseconds. */
    private static final long LEAST_WAIT = 1_000_000;

    /** Nanoseconds after which to look whether the call has ended before its time. */
    private static final long LONGEST_WAIT = 50_000_000;

    private final SamplingConfig config;
    private final SamplingMetrics metrics;
    private final ActiveRequest.PreviewSink previews;
    private final Device device;
    private final LongSupplier nanoTime;
    private final Map<Key, Turns> byNetwork = new LinkedHashMap<>();
    private double clock;

    /**
     * A network's part of the device: whoever has had the fewest seconds for its weight is next
     * (stride scheduling).
     */
    private static final class Turns {
        private final Key network;
        private final int slots;
        private final TrajectoryBatch<Image> batch;
        private double weight = 1;
        private double virtualSeconds;

        /** Seconds of the fastest call of so many images. */
        private final double[] fastest;

        private final VirtualTime virtualTime = new VirtualTime();

        private Turns(ServingNetwork network) {
            this.network = network.key();
            this.slots = network.slots();
            this.batch = new TrajectoryBatch<>(network.network(), network.slots());
            this.fastest = new double[network.slots() + 1];
            Arrays.fill(fastest, Double.POSITIVE_INFINITY);
        }

        private boolean hasWork() {
            return batch.size() > 0;
        }

        private void had(double seconds, int images) {
            virtualTime.pass(images);
            virtualSeconds += seconds / weight;
            fastest[images] = Math.min(fastest[images], seconds);
        }

        private double fastestCall() {
            return Arrays.stream(fastest).min().orElseThrow();
        }

        /** What a call takes at the least, as far as is known; 0 where it is not. */
        private double expected(int images) {
            return fastest[images] == Double.POSITIVE_INFINITY
                    ? 0
                    : Arrays.stream(fastest, images, fastest.length).min().orElseThrow();
        }
    }

    private record Called(List<TrajectoryBatch.Finished<Image>> ended, double seconds) {}

    public DeviceTurns(
            SamplingConfig config,
            SamplingMetrics metrics,
            ActiveRequest.PreviewSink previews,
            Device device,
            LongSupplier nanoTime) {
        this.config = config;
        this.previews = previews;
        this.metrics = metrics;
        this.device = device;
        this.nanoTime = nanoTime;
    }

    /**
     * Decides who has the slots of the next calls.
     *
     * @param active in the order in which they came
     */
    public void share(List<ActiveRequest> active) {
        Map<Key, List<ActiveRequest>> requests = new LinkedHashMap<>();
        for (ActiveRequest request : active) {
            requests.computeIfAbsent(request.network().key(), n -> new ArrayList<>()).add(request);
        }
        requests.values().forEach(this::shareOne);
    }

    private void shareOne(List<ActiveRequest> requests) {
        Turns turns = turns(requests.get(0).network());
        int[] shares =
                SlotShares.of(
                        requests.stream().map(request -> demand(request, turns)).toList(),
                        turns.slots,
                        reserve(turns.slots));
        double weight = 0;
        for (int i = 0; i < shares.length; i++) {
            requests.get(i).leaveAllBut(shares[i], turns.batch);
            weight += shares[i] * requests.get(i).request().priority().weight();
        }
        turns.weight = Math.max(weight, (double) turns.slots / LEAST_PART);
        for (int i = 0; i < shares.length; i++) {
            requests.get(i).take(shares[i], turns.batch, previews);
        }
    }

    /** Reserves at least one slot where any are to be, and never so many that none are left. */
    private int reserve(int slots) {
        int percent = config.reservedPercent();
        int wanted = percent == 0 ? 0 : Math.max(1, slots * percent / 100);
        return Math.min(wanted, (slots - 1) / 2);
    }

    private static SlotShares.Demand demand(ActiveRequest request, Turns turns) {
        return new SlotShares.Demand(
                request.request().priority(),
                request.request().tenant(),
                request.unfinished(),
                request.evenEnd(turns.virtualTime::enter));
    }

    /** One that had nothing to do does not make up for the turns that it did not ask for. */
    private Turns turns(ServingNetwork network) {
        Turns turns = byNetwork.computeIfAbsent(network.key(), key -> new Turns(network));
        if (!turns.hasWork()) {
            turns.virtualSeconds = Math.max(turns.virtualSeconds, clock);
        }
        return turns;
    }

    /** Whether any image is in a batch. */
    public boolean haveWork() {
        return byNetwork.values().stream().anyMatch(Turns::hasWork);
    }

    /**
     * One call of the network whose turn it is.
     *
     * @throws FailedCallException where the call threw: its network must be {@link #forget
     *     forgotten}
     * @param meanwhile does something for as long as it is told, again and again as long as the
     *     call is under way
     */
    public void step(Consumer<Duration> meanwhile, BiConsumer<Image, float[]> finished) {
        Optional<Turns> next =
                byNetwork.values().stream()
                        .filter(Turns::hasWork)
                        .min(Comparator.comparingDouble(turns -> turns.virtualSeconds));
        if (next.isEmpty()) {
            return;
        }
        Turns turns = next.get();
        clock = turns.virtualSeconds;
        int images = turns.batch.size();
        CompletableFuture<Called> call = device.begin(() -> called(turns.batch));
        try {
            whileUnderWay(call, turns.expected(images), meanwhile);
        } finally {
            Device.awaitEnd(call);
        }
        Called called = ended(call, turns.network);
        turns.had(called.seconds(), images);
        metrics.networkCall(images, turns.slots, called.seconds());
        called.ended().forEach(image -> finished.accept(image.owner(), image.pixels()));
    }

    private static Called ended(CompletableFuture<Called> call, Key network) {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw new FailedCallException(network, e.getCause());
        }
    }

    private Called called(TrajectoryBatch<Image> batch) {
        long begin = nanoTime.getAsLong();
        List<TrajectoryBatch.Finished<Image>> ended = batch.step();
        return new Called(ended, (nanoTime.getAsLong() - begin) / 1e9);
    }

    private static void whileUnderWay(
            CompletableFuture<Called> call, double expected, Consumer<Duration> meanwhile) {
        long end = System.nanoTime() + Math.round(1e9 * MEANWHILE * expected);
        for (long left = end - System.nanoTime();
                left >= LEAST_WAIT && !call.isDone();
                left = end - System.nanoTime()) {
            meanwhile.accept(Duration.ofNanos(Math.min(left, LONGEST_WAIT)));
        }
    }

    /**
     * Seconds that a request needs at least for the images that have not begun, were every call the
     * fastest so far; 0 before the first call of its network.
     */
    public double secondsAtLeast(ActiveRequest request) {
        Turns turns = byNetwork.get(request.network().key());
        double fastest = turns == null ? Double.POSITIVE_INFINITY : turns.fastestCall();
        if (fastest == Double.POSITIVE_INFINITY) {
            return 0;
        }
        int waves = (request.notBegun() + turns.slots - 1) / turns.slots;
        return waves * request.work().plan().networkEvaluations() * fastest;
    }

    /** The request's images leave the batch and are forgotten. */
    public void giveUp(ActiveRequest request) {
        Turns turns = byNetwork.get(request.network().key());
        if (turns != null) {
            turns.batch.removeIf(image -> image.request() == request);
            request.leave(turns.virtualTime::leave);
        }
    }

    /** The request's images leave the batch as far as they have come. */
    public void park(ActiveRequest request) {
        Turns turns = byNetwork.get(request.network().key());
        if (turns != null) {
            request.leaveAllBut(0, turns.batch);
        }
    }

    /** Networks that are no longer loaded. */
    public void forget(Collection<Key> gone) {
        byNetwork.keySet().removeAll(gone);
    }
}
