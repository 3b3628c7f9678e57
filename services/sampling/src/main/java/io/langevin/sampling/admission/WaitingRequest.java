package io.langevin.sampling.admission;

import io.langevin.messaging.stream.Claim;
import io.langevin.records.SampleRequest;
import io.langevin.records.SavedRequest;
import io.langevin.sampling.networks.ServingNetwork;
import io.langevin.sampling.work.ActiveRequest;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A request on its way to {@link ActiveRequest}: what {@link Preparation} has found for it so far.
 * Owned by the thread that asks.
 */
final class WaitingRequest {
    final Claim<SampleRequest> claim;
    final Instant since = Instant.now();

    /** How far another worker has come with it. */
    Optional<SavedRequest> saved;

    /** The network that it waits for, or has and needs; empty as long as there is none. */
    Optional<ServingNetwork.Key> wanted = Optional.empty();

    Optional<ServingNetwork> network = Optional.empty();

    /** The images that come with it and its saved state, where it has any. */
    Optional<CompletableFuture<ActiveRequest>> reading = Optional.empty();

    /** When the store was first found to be away. */
    Optional<Instant> awaySince = Optional.empty();

    /** Whether all checkpoints are known that were announced before the request came. */
    Optional<CompletableFuture<Boolean>> announced = Optional.empty();

    WaitingRequest(Claim<SampleRequest> claim, Optional<SavedRequest> saved) {
        this.claim = claim;
        this.saved = saved;
    }

    Claim<SampleRequest> claim() {
        return claim;
    }

    Optional<ServingNetwork.Key> wanted() {
        return wanted;
    }

    /** Images that want a slot, at most one network call's; none where the network is not. */
    int images() {
        return network.map(n -> Math.min(claim.record().getCount(), n.slots())).orElse(0);
    }
}
