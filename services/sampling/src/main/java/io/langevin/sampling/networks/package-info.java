/**
 * Networks that are loaded, from their announcement to their first call: {@link
 * io.langevin.sampling.networks.PublishedCheckpoints} knows which, {@link
 * io.langevin.sampling.networks.LoadedNetworks} has them, {@link
 * io.langevin.sampling.networks.Device} runs them.
 */
package io.langevin.sampling.networks;
