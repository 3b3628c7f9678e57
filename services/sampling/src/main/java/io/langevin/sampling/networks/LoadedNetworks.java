package io.langevin.sampling.networks;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.process.Futures;
import io.langevin.sampling.DaemonThreads;
import io.langevin.sampling.NetworkOpener;
import io.langevin.sampling.SamplingConfig;
import io.langevin.sampling.networks.ServingNetwork.Key;
import io.langevin.score.Checkpoint;
import io.langevin.score.CompiledNetwork.Precision;
import io.langevin.score.NetworkArchitecture;
import io.langevin.trajectory.GuidedNetwork;
import io.langevin.trajectory.ScoreNetwork;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Networks in memory: read, verified, laid out and measured on threads of their own, the small ones
 * beside the large, and given up by least use when they outgrow their limit. Safe to use from
 * several threads.
 */
public final class LoadedNetworks implements AutoCloseable {
    private static final int LOADERS = 2;

    /** Filters of a network that takes seconds to load. */
    private static final int LARGE_NGF = 64;

    private final SamplingConfig config;
    private final ArtifactStore artifacts;
    private final NetworkOpener factory;

    private final Device device = new Device();
    private final ExecutorService loader = DaemonThreads.named("networks", LOADERS);
    private final ExecutorService largeLoader = DaemonThreads.named("large-networks", LOADERS);

    /** Checkpoints of large networks, as far as their announcements tell. */
    private final Set<ArtifactId> large = ConcurrentHashMap.newKeySet();

    private final Map<Kind, Integer> slots = new ConcurrentHashMap<>();

    /** The least recently used first. */
    private final Map<Key, CompletableFuture<ServingNetwork>> networks =
            new LinkedHashMap<>(16, 0.75f, true);

    /** Networks that take the same time. */
    private record Kind(
            NetworkArchitecture architecture,
            Optional<NetworkArchitecture> guide,
            Precision precision) {}

    public LoadedNetworks(SamplingConfig config, ArtifactStore artifacts, NetworkOpener factory) {
        this.config = config;
        this.artifacts = artifacts;
        this.factory = factory;
    }

    /** What is announced of a checkpoint: a large one must not be in a small one's way. */
    void expect(ArtifactId id, int ngf) {
        if (ngf > LARGE_NGF) {
            large.add(id);
        }
    }

    /**
     * The network, now or later. It fails with ArtifactException or IllegalArgumentException where
     * there is no such checkpoint, with UncheckedIOException where the store is away.
     */
    synchronized CompletableFuture<ServingNetwork> load(Key key) {
        return networks.computeIfAbsent(
                key,
                wanted ->
                        CompletableFuture.supplyAsync(
                                () -> open(wanted),
                                large.contains(wanted.checkpoint()) ? largeLoader : loader));
    }

    /** Forgets a failure: the next one who asks tries again. */
    synchronized void forgetFailed(Key key) {
        CompletableFuture<ServingNetwork> network = networks.get(key);
        if (network != null && network.isCompletedExceptionally()) {
            networks.remove(key);
        }
    }

    private ServingNetwork open(Key key) {
        Checkpoint checkpoint = Checkpoint.parse(artifacts.get(key.checkpoint()));
        Optional<Checkpoint> guide =
                key.guide().map(weak -> Checkpoint.parse(artifacts.get(weak.checkpoint())));
        guide.ifPresent(weak -> requireFits(checkpoint.architecture(), weak.architecture()));
        ScoreNetwork network = factory.open(checkpoint, key.precision());
        if (guide.isPresent()) {
            network =
                    new GuidedNetwork(
                            network,
                            factory.open(guide.get(), key.precision()),
                            key.guide().get().weight());
        }
        var kind =
                new Kind(
                        checkpoint.architecture(),
                        guide.map(Checkpoint::architecture),
                        key.precision());
        return new ServingNetwork(
                key, checkpoint, guide, network, factory.deviceKind(), slots(kind, network));
    }

    private static void requireFits(NetworkArchitecture network, NetworkArchitecture guide) {
        if (guide.imageSize() != network.imageSize() || guide.channels() != network.channels()) {
            throw new IllegalArgumentException(
                    "the guide must make images of %d×%d×%d, not %d×%d×%d"
                            .formatted(
                                    network.imageSize(),
                                    network.imageSize(),
                                    network.channels(),
                                    guide.imageSize(),
                                    guide.imageSize(),
                                    guide.channels()));
        }
    }

    private int slots(Kind kind, ScoreNetwork network) {
        Integer known = slots.get(kind);
        if (known != null) {
            return known;
        }
        int measured = slots(kind.architecture(), network);
        Integer before = slots.putIfAbsent(kind, measured); // two may have been measured at once
        return before == null ? measured : before;
    }

    /** The slots that are configured, or measured as far as the memory for activations goes. */
    private int slots(NetworkArchitecture architecture, ScoreNetwork network) {
        if (config.slots() > 0) {
            return config.slots();
        }
        long most = config.activationBytes() / architecture.workingBytes();
        int capped = (int) Math.max(1, Math.min(SamplingConfig.MOST_MEASURED_SLOTS, most));
        return BatchSize.measured(network, capped, device);
    }

    public Device device() {
        return device;
    }

    /**
     * Closes the least recently used ones as long as all together are above the limit.
     *
     * @param needed those that must stay; nobody else may be calling the others
     * @return which were closed
     */
    public synchronized List<Key> evict(Predicate<Key> needed) {
        List<Key> evicted = new ArrayList<>();
        long bytes = networks.values().stream().mapToLong(LoadedNetworks::bytes).sum();
        Iterator<Map.Entry<Key, CompletableFuture<ServingNetwork>>> oldest =
                networks.entrySet().iterator();
        while (bytes > config.checkpointBytes() && oldest.hasNext()) {
            var entry = oldest.next();
            if (isLoaded(entry.getValue()) && !needed.test(entry.getKey())) {
                bytes -= bytes(entry.getValue());
                entry.getValue().join().close();
                evicted.add(entry.getKey());
                oldest.remove();
            }
        }
        return evicted;
    }

    private static long bytes(CompletableFuture<ServingNetwork> network) {
        return isLoaded(network) ? network.join().bytes() : 0;
    }

    private static boolean isLoaded(CompletableFuture<ServingNetwork> network) {
        return network.isDone() && !network.isCompletedExceptionally();
    }

    /** To be called after the last call of any of them. */
    @Override
    public void close() {
        loader.shutdown();
        largeLoader.shutdown();
        try {
            while (!loader.awaitTermination(1, TimeUnit.MINUTES)
                    || !largeLoader.awaitTermination(1, TimeUnit.MINUTES)) {
                // what is being loaded is to be closed too
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Futures.join(device.begin(this::closeAll)); // behind a call that may be under way
        device.close();
    }

    private synchronized int closeAll() {
        int count = networks.size();
        networks.values().stream()
                .filter(LoadedNetworks::isLoaded)
                .forEach(network -> network.join().close());
        networks.clear();
        return count;
    }
}
