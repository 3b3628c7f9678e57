package io.langevin.sampling.admission;

import io.langevin.sampling.answers.SavedRequests;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.request.SamplingRequest;
import io.langevin.sampling.work.ActiveRequest;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A request on its way to {@link ActiveRequest}; it first waits for its network, then for its
 * files. Owned by the thread that asks.
 */
sealed interface WaitingRequest {
    SamplingRequest request();

    /** The network that it waits for, or has and needs; empty as long as there is none. */
    Optional<ServingNetwork.Key> wanted();

    /** What it holds in memory, in bytes. */
    default long bytes() {
        return request().bytes();
    }

    /** Images that want a slot, at most one network call's; none where the network is not. */
    int images();

    /** Waits for a network, or has it and waits for room. */
    final class ForNetwork implements WaitingRequest {
        private final SamplingRequest request;
        final Instant since = Instant.now();

        /** Where another worker has left what it came to with it. */
        Optional<SavedRequests.State> saved;

        Optional<ServingNetwork.Key> wanted = Optional.empty();
        Optional<ServingNetwork> network = Optional.empty();

        /** Whether all checkpoints are known that were announced before the request came. */
        Optional<CompletableFuture<Boolean>> announced = Optional.empty();

        ForNetwork(SamplingRequest request, Optional<SavedRequests.State> saved) {
            this.request = request;
            this.saved = saved;
        }

        @Override
        public SamplingRequest request() {
            return request;
        }

        @Override
        public Optional<ServingNetwork.Key> wanted() {
            return wanted;
        }

        @Override
        public int images() {
            return network.map(n -> Math.min(request.count(), n.slots())).orElse(0);
        }
    }

    /**
     * Waits for the images that come with it, or for its saved state, or has them and waits for
     * room.
     *
     * @param awaySince when the store was first found to be away
     */
    record ForFiles(
            SamplingRequest request,
            ServingNetwork network,
            Optional<SavedRequests.State> saved,
            CompletableFuture<ActiveRequest> reading,
            Optional<Instant> awaySince)
            implements WaitingRequest {
        @Override
        public Optional<ServingNetwork.Key> wanted() {
            return Optional.of(network.key());
        }

        @Override
        public long bytes() {
            boolean isRead = reading.isDone() && !reading.isCompletedExceptionally();
            return isRead ? reading.join().bytes() : request.bytes();
        }

        @Override
        public int images() {
            return Math.min(request.count(), network.slots());
        }
    }
}
