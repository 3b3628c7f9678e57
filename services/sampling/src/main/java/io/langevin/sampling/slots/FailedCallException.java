package io.langevin.sampling.slots;

import io.langevin.sampling.networks.ServingNetwork.Key;

/** A network call that threw; the images that were in it are lost. */
public final class FailedCallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Key network;

    FailedCallException(Key network, Throwable cause) {
        super("a network call failed: " + cause, cause);
        this.network = network;
    }

    public Key network() {
        return network;
    }
}
