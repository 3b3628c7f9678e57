package io.langevin.sampling.networks;

import static io.langevin.messaging.rules.RecordRules.require;

import io.langevin.artifacts.ArtifactId;
import io.langevin.artifacts.ArtifactStore;
import io.langevin.messaging.Failures;
import io.langevin.messaging.rules.RejectedException;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
     * The network, now or later. It fails with ArtifactException, IllegalArgumentException or
     * RejectedException where there is no such checkpoint, with UncheckedIOException where the
     * store is away.
     */
    synchronized CompletableFuture<ServingNetwork> load(Key key) {
        CompletableFuture<ServingNetwork> known = networks.get(key);
        if (known == null) {
            known = key.guide().isPresent() ? combined(key, key.guide().get()) : opened(key);
            networks.put(key, known);
        }
        return known;
    }

    private CompletableFuture<ServingNetwork> opened(Key key) {
        return CompletableFuture.supplyAsync(() -> open(key), loader(Stream.of(key)));
    }

    /** A network and its guide are those that serve alone too. */
    private CompletableFuture<ServingNetwork> combined(Key key, ArtifactId by) {
        var network = load(new Key(key.checkpoint(), key.precision()));
        var guide = load(new Key(by, key.precision())).exceptionally(LoadedNetworks::failedGuide);
        return network.thenCombineAsync(
                guide, (strong, weak) -> guided(key, strong, weak), loader(key.parts()));
    }

    private static ServingNetwork failedGuide(Throwable failure) {
        Throwable why = failure instanceof CompletionException ? failure.getCause() : failure;
        throw Failures.isPassing(why)
                ? new CompletionException(why)
                : new RejectedException("sampler.guide: " + Failures.reason(why));
    }

    private Executor loader(Stream<Key> keys) {
        return keys.map(Key::checkpoint).anyMatch(large::contains) ? largeLoader : loader;
    }

    /** Forgets a failure, also that of a part: the next one who asks tries again. */
    synchronized void forgetFailed(Key key) {
        Stream.concat(Stream.of(key), key.parts())
                .filter(each -> networks.containsKey(each))
                .filter(each -> networks.get(each).isCompletedExceptionally())
                .toList()
                .forEach(networks::remove);
    }

    private ServingNetwork open(Key key) {
        Checkpoint checkpoint = Checkpoint.parse(artifacts.get(key.checkpoint()));
        ScoreNetwork network = factory.open(checkpoint, key.precision());
        try {
            var kind = new Kind(checkpoint.architecture(), Optional.empty(), key.precision());
            return new ServingNetwork(
                    key, checkpoint, network, factory.deviceKind(), slots(kind, network));
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    private ServingNetwork guided(Key key, ServingNetwork strong, ServingNetwork weak) {
        requireFits(strong.checkpoint(), weak.checkpoint());
        var network = new GuidedNetwork(strong.network(), weak.network());
        var kind =
                new Kind(
                        strong.checkpoint().architecture(),
                        Optional.of(weak.checkpoint().architecture()),
                        key.precision());
        return new ServingNetwork(
                key, strong.checkpoint(), network, strong.deviceKind(), slots(kind, network));
    }

    private static void requireFits(Checkpoint network, Checkpoint guide) {
        NetworkArchitecture wanted = network.architecture();
        NetworkArchitecture given = guide.architecture();
        require(
                given.imageSize() == wanted.imageSize() && given.channels() == wanted.channels(),
                "sampler.guide",
                "make images of %s".formatted(shape(wanted)),
                shape(given));
        require(
                !given.family().isConditional()
                        || wanted.family().isConditional()
                                && guide.schedule().equals(network.schedule()),
                "sampler.guide",
                "know the network's noise levels",
                given.family());
    }

    private static String shape(NetworkArchitecture network) {
        return "%d×%d×%d".formatted(network.imageSize(), network.imageSize(), network.channels());
    }

    private int slots(Kind kind, ScoreNetwork network) {
        Integer known = slots.get(kind);
        if (known != null) {
            return known;
        }
        int measured = measuredSlots(kind, network);
        Integer before = slots.putIfAbsent(kind, measured); // two may have been measured at once
        return before == null ? measured : before;
    }

    /** The slots that are configured, or measured as far as the memory for activations goes. */
    private int measuredSlots(Kind kind, ScoreNetwork network) {
        if (config.slots() > 0) {
            return config.slots();
        }
        long weaker = kind.guide().map(NetworkArchitecture::workingBytes).orElse(0L);
        long most = config.activationBytes() / Math.max(kind.architecture().workingBytes(), weaker);
        int capped = (int) Math.max(1, Math.min(SamplingConfig.MOST_MEASURED_SLOTS, most));
        return BatchSize.measured(network, capped, device);
    }

    public Device device() {
        return device;
    }

    /**
     * Forgets guided ones, which hold nothing of their own, and closes the least recently used of
     * the others as long as all together are above the limit.
     *
     * @param needed those that must stay; nobody else may be calling the others
     * @return which are gone
     */
    public synchronized List<Key> evict(Predicate<Key> needed) {
        List<Key> evicted = new ArrayList<>();
        networks.entrySet().stream()
                .filter(entry -> entry.getKey().guide().isPresent() && entry.getValue().isDone())
                .map(Map.Entry::getKey)
                .filter(key -> !needed.test(key))
                .forEach(evicted::add);
        evicted.forEach(networks::remove);
        Set<Key> shared =
                networks.keySet().stream().flatMap(Key::parts).collect(Collectors.toSet());
        long bytes = networks.values().stream().mapToLong(LoadedNetworks::bytes).sum();
        Iterator<Map.Entry<Key, CompletableFuture<ServingNetwork>>> oldest =
                networks.entrySet().iterator();
        while (bytes > config.checkpointBytes() && oldest.hasNext()) {
            var entry = oldest.next();
            Key key = entry.getKey();
            boolean free = key.guide().isEmpty() && !shared.contains(key) && !needed.test(key);
            if (free && isLoaded(entry.getValue())) {
                bytes -= bytes(entry.getValue());
                entry.getValue().join().close();
                evicted.add(key);
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
